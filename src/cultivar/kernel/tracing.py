"""OpenTelemetry traces of requests and statements, when an endpoint is set; the extra `otel` brings the libraries."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi.telemetry import TelemetryConfig
from sqlalchemy import Engine, event

from cultivar.kernel import extras
from cultivar.kernel.settings import Settings

OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}

_PERSONAL = ("url.query", "client.address", "user_agent.original")
_load = partial(extras.load, extra="otel", setting="otel_endpoint")


class Traces:
    """Sends spans to a collector (OTLP over HTTP). Statements are sent, their values never; nor who asked what."""

    def __init__(self, endpoint: str) -> None:
        sdk, export = _load("opentelemetry.sdk.trace"), _load("opentelemetry.sdk.trace.export")
        exporter = _load("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        resources = _load("opentelemetry.sdk.resources")
        ours = version("cultivar")
        named = resources.Resource.create({"service.name": "cultivar", "service.version": ours})
        url = endpoint if endpoint.endswith("/v1/traces") else f"{endpoint.rstrip('/')}/v1/traces"
        self._provider = sdk.TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(_discreet(sdk.SpanProcessor))
        self._provider.add_span_processor(export.BatchSpanProcessor(exporter.OTLPSpanExporter(endpoint=url)))
        self._tracer = self._provider.get_tracer("cultivar", ours)
        self.config: TelemetryConfig = {**OFF, "tracing": True, "tracer_provider": self._provider, "exclude": _is_quiet}

    @classmethod
    def of(cls, settings: Settings) -> "Traces | None":
        """None where the settings name no endpoint. Raises ExtraMissing."""
        return cls(settings.otel_endpoint) if settings.otel_endpoint else None

    def watch(self, engines: Sequence[Engine]) -> None:
        """Trace the statements of these engines."""
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._begin)
            event.listen(engine, "after_cursor_execute", _end)
            event.listen(engine, "handle_error", _fail)

    def stop(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _begin(self, connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        word = statement.split(maxsplit=1)[0].upper()
        said = {"db.system.name": connection.dialect.name, "db.operation.name": word, "db.query.text": statement}
        context.cultivar_span = self._tracer.start_span(word, attributes=said)


def _end(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
    context.cultivar_span.end()


def _fail(failure: Any) -> None:
    span = getattr(failure.execution_context, "cultivar_span", None)
    if span is not None:
        span.set_attribute("error.type", type(failure.original_exception).__name__)
        span.end()


def _discreet(base: Any) -> Any:
    """A processor that hides what tells of a person: a query may hold a place."""

    class Discreet(base):  # type: ignore[misc]  # the class is loaded only with the extra
        def on_start(self, span: Any, parent_context: Any = None) -> None:
            for name in _PERSONAL:
                if name in span.attributes:
                    span.set_attribute(name, "[hidden]")

    return Discreet()


def _is_quiet(scope: Any) -> bool:
    return str(scope["path"]).startswith(("/health", "/metrics", "/api/v1/health"))
