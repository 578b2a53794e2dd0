"""What people correct in a recap, laid over it: what the engines made stays as it is."""
