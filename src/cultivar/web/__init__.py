"""The HTTP process: one list of routers, built and served."""
