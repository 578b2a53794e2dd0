"""What one RealRecap leaves in DATA_DIR for others to see: its lock, and who runs since when."""

from __future__ import annotations
