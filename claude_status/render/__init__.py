"""A usage as text, pictures and markup."""
