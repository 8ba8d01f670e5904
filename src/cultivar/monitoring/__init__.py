"""Counts over answers and feedback, by day, model version and class."""
