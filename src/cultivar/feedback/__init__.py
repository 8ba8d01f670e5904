"""Whether an answer was right, said by the one who asked."""
