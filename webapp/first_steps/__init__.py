"""The first steps of the set-up: what is left to do in each, and whether an administrator should be told."""
