"""What each path costs, beside what it may cost and what others take: ``python -m tests.bench``."""
