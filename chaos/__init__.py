"""RealRecap under fire: real processes, killed at chosen or random moments, and checks that nothing is lost."""
