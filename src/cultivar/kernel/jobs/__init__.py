"""Work that outlives a request: jobs are rows, workers take them by lease, and nothing is lost when one dies."""
