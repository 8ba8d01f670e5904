"""Properties here run on networks and photos: no deadline, for a busy machine is no fault."""

from hypothesis import settings

settings.register_profile("trainer", deadline=None)
settings.load_profile("trainer")
