"""What RealRecap uses of gunicorn, which has no type hints of its own."""
