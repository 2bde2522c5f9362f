"""What people look at for a while; only these commands import rich and plotext."""
