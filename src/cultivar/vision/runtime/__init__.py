"""Everything of vision that has effects: decoder processes, model sessions, queues."""
