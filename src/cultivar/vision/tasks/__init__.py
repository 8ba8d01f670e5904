"""From a network's outputs to an answer, one file per task; pure."""
