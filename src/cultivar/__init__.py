"""Cultivar: a photo in, an answer out, asked whether it was right, and made better by it."""
