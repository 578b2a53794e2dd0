"""The files in DATA_DIR: where they lie, who uses them, when they go."""
