"""Documents made from a recap; each format is a module of its own."""
