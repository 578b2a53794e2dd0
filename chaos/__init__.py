"""Fault injection: real RealRecap processes are killed, frozen and starved, then checked for lost work."""
