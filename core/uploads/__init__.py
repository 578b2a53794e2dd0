"""How a file becomes a recording: limits, uploads in pieces, and the one way in."""
