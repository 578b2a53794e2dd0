"""Imports models into Ollama from a folder of Modelfiles and weights, for `flask import-ollama-models`."""
