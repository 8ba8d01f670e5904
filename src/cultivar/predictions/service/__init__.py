"""The verbs of predictions: ask a question, look back, let go."""
