"""Structured logs with the ids of request and actor, and without secrets or photos; traces if they are asked for."""

import logging
import re
import sys
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from typing import Any
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from cultivar.kernel.settings import Settings

_FILE_BYTES, _OLD_FILES = 10_000_000, 5
_SECRET_NAME = re.compile(r"passw|token|secret|authorization|cookie|api_?key|credential", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"cvk_[\w-]+"  # an API key
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JWT
    r"|(?<=[?&]signature=)[\w%-]+|(?<=X-Amz-Signature=)\w+"  # a signed link
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",  # user and password in a URL
    re.IGNORECASE,
)
_HIDDEN = "[hidden]"


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Hide what is secret by its name or its look, and every run of bytes, at any depth."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: str, value: Any) -> Any:
    if _SECRET_NAME.search(key):
        return _HIDDEN
    if isinstance(value, str):
        return _SECRET_TEXT.sub(_HIDDEN, value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, Mapping):
        return {str(name): _redacted(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", inner) for inner in value]
    return value


def configure(settings: Settings) -> None:
    """Send all logs of the process, the libraries' too, through one handler in one format."""
    handler = _handler(settings)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(settings)],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        cache_logger_on_first_use=False,
    )


def configure_quietly(settings: Settings) -> None:
    """For a command that prints its result: standard error gets warnings alone; a log file gets what it always gets."""
    configure(settings if settings.log_file else settings.model_copy(update={"log_level": "warning"}))


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _last(settings: Settings) -> list[Processor]:
    """Tracebacks become text before secrets are sought, so that none hides in one."""
    wants_console = settings.log_format == "console" or (
        settings.log_format == "auto" and settings.log_file is None and sys.stderr.isatty()
    )
    tail: Processor = (
        structlog.dev.ConsoleRenderer() if wants_console else structlog.processors.JSONRenderer(default=str)
    )
    return [structlog.processors.format_exc_info, redact, tail]


def _handler(settings: Settings) -> logging.Handler:
    if settings.log_file is None:
        return logging.StreamHandler(sys.stderr)
    settings.log_file.parent.mkdir(parents=True, exist_ok=True)
    return _RotatingFile(settings.log_file, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8")


class _RotatingFile(RotatingFileHandler):
    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  the library's name
        """By the size so far; the library's own formats each line a second time to know."""
        return self.stream is not None and self.stream.tell() >= self.maxBytes


def begin_request(request_id: str) -> None:
    """Forget the request before; from here on each log line names this one."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def bind_actor(user_id: UUID) -> None:
    """From here on each log line of this request names who asked."""
    structlog.contextvars.bind_contextvars(actor_id=str(user_id))


def forget_actor() -> None:
    """From here on no log line of this request names who asked, its access line neither."""
    structlog.contextvars.unbind_contextvars("actor_id")
