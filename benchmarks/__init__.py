"""Benchmarks of quality, overhead, memory, robustness and summaries; none of them is a test.

`python -m benchmarks [NAME ...]` runs them; without names, those that take minutes only.
"""
