"""Cutting what a photo tells about its maker out of its file, without touching a pixel."""
