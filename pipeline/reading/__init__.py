"""How a transcript is read: turns, paragraphs, doubtful words and people, the same on the page and in every export."""
