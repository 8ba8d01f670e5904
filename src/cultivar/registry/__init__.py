"""Versions of models: which there are, which one serves, and their files."""
