"""The one owner of stored pictures: their objects, who needs them, and when they go."""
