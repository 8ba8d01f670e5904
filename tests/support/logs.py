"""What a test's process logs where no application has set it up."""

import structlog


def plain_log() -> None:
    """Every level, as text. structlog itself would draw all local variables of a traceback, for half a minute."""
    structlog.reset_defaults()
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])
