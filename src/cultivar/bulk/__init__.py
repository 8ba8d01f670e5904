"""Many photos at once: one request, one job, one row a photo."""
