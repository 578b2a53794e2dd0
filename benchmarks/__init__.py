"""Figures: quality, overhead, memory. `python -m benchmarks` runs those that take minutes; none is a test."""
