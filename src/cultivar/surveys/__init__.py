"""Walks through a plot: which leaves of which plants are how sick, and what follows."""
