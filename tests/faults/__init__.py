"""Faults of every kind, set on running processes."""
