"""Backups: everything that people made here, in one file, taken while the site runs; restored into either database."""
