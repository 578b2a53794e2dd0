"""Users, their passwords, sessions and API keys."""
