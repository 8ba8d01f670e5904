"""A photo in, an answer out; kept or not, as the person chose."""
