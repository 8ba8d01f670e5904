"""One log line for each thing that happens to an account: ids and reasons, never an e-mail, password or token."""

import structlog

_log = structlog.get_logger("cultivar.audit")


def note(event: str, **facts: object) -> None:
    """Write an audit line, such as `auth.signed_in` with `user_id` and `session_id`."""
    _log.info(event, **{name: str(fact) for name, fact in facts.items()})
