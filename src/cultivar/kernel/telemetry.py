"""What the process says about itself: structured logs with the request's and the actor's id."""

from uuid import UUID

import structlog
from prometheus_client import Counter


def bind_actor(user_id: UUID) -> None:
    """From here on, each log line of this request names who asked."""
    structlog.contextvars.bind_contextvars(actor_id=str(user_id))


ERRORS = Counter("plant_api_errors_total", "Problem documents sent, by their code.", ["error_type"])
