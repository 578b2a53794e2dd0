"""What the tests share: factories, stand-in servers, real services started for a test."""
