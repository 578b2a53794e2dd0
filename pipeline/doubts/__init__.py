"""The places of a recap that are most worth a listen: what is doubtful, and how much hangs on it."""
