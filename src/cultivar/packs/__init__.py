"""Packs: what a subject is made of (classes, texts, refusals, starter model), read from folders and never written."""
