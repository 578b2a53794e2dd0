"""Installs speech models in MODELS_DIR: downloads, checks, exports and imports them."""
