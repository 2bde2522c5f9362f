"""What each path costs, beside its budget and what others take: ``python -m tests.bench``."""
