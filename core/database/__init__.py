"""The tables, the sessions on them, and their migrations."""
