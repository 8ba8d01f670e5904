"""Work beside the requests: which fact wakes whom, which job is done how, and the process that does them."""
