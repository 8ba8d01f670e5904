"""OpenTelemetry traces of requests and queries, when an endpoint is set; the extra `otel` brings the libraries."""

import importlib
from collections.abc import Callable
from typing import Any

from cultivar.kernel.errors import Broken


class TracingMissing(Broken):
    code = "tracing_missing"
    title = "CULTIVAR_OTEL_ENDPOINT is set but the libraries are missing: pip install 'cultivar[otel]'"


def trace(app: Any, database_engines: list[Any], endpoint: str, version: str) -> Callable[[], None]:
    """Send spans of `app` and of the engines to `endpoint` (OTLP/HTTP); the result flushes and stops."""
    try:
        sdk, export, resources, exporter, fastapi, sqlalchemy = map(importlib.import_module, _MODULES)
    except ImportError as error:
        raise TracingMissing from error
    resource = resources.Resource.create({"service.name": "cultivar", "service.version": version})
    provider = sdk.TracerProvider(resource=resource)
    url = endpoint if endpoint.endswith("/v1/traces") else f"{endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(export.BatchSpanProcessor(exporter.OTLPSpanExporter(endpoint=url)))
    fastapi.FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, excluded_urls="health,metrics")
    sqlalchemy.SQLAlchemyInstrumentor().instrument(engines=database_engines, tracer_provider=provider)
    stop: Callable[[], None] = provider.shutdown
    return stop


_MODULES = (
    "opentelemetry.sdk.trace",
    "opentelemetry.sdk.trace.export",
    "opentelemetry.sdk.resources",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.instrumentation.fastapi",
    "opentelemetry.instrumentation.sqlalchemy",
)
