"""How good a recap is, measured against what people wrote of the same meeting."""
