"""Writes a recap as files: `pdf`, and `exports` with every other format."""

PRODUCT = "RealRecap"
