"""The application: the one list of routers, and what stands around them."""

from fastapi import APIRouter
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cultivar.accounts.api.own import router as accounts
from cultivar.accounts.api.people import router as people
from cultivar.bulk.api import router as bulk
from cultivar.datasets.api import router as datasets
from cultivar.feedback.api import router as feedback
from cultivar.kernel import problems, telemetry, tokens
from cultivar.kernel.edge import Edge
from cultivar.kernel.limits import Limits
from cultivar.kernel.settings import Settings
from cultivar.kernel.tracing import OFF, Traces
from cultivar.kernel.traffic import Traffic
from cultivar.monitoring.api import router as monitoring
from cultivar.predictions.api import router as predictions
from cultivar.registry.api import router as registry
from cultivar.surveys.api import router as surveys
from cultivar.vision.runtime.engine import Engine
from cultivar.web import docs, files, health, jobs, process, spa
from cultivar.web.openapi import Api

API = "/api/v1"
ROUTERS: tuple[APIRouter, ...] = (
    predictions,
    bulk,
    feedback,
    monitoring,
    registry,
    surveys,
    datasets,
    accounts,
    people,
    jobs.router,
)

_TAKEN = [
    "Authorization",
    "Content-Type",
    "Feedback-Token",
    "Idempotency-Key",
    "Last-Event-ID",
    "Range",
    "X-Request-ID",
]
"""Headers that a page of another origin may send; `Accept-Language` always."""
_EXPOSED = ["X-Request-ID", "RateLimit", "RateLimit-Policy", "Retry-After", "Idempotency-Replayed", "Location"]


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Api:
    """The whole application; nothing is opened until its lifespan begins. `engine`: one that has begun already."""
    settings = settings or Settings()
    telemetry.configure(settings)
    tokens.use_secret(settings.secret)
    traces = Traces.of(settings)
    app = Api(
        title="Cultivar",
        version=health.VERSION,
        summary="A photo of a leaf in, a calibrated answer out, asked whether it was right.",
        license_info={"name": "MIT", "identifier": "MIT"},
        lifespan=process.lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        telemetry=traces.config if traces else OFF,
    )
    app.state.engine = engine
    app.state.settings, app.state.limits, app.state.traces = settings, Limits.of(settings), traces
    app.state.traffic = Traffic(frozenset({f"{API}/predict"}))
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    app.include_router(health.router)
    app.include_router(health.router, prefix=API, include_in_schema=False)
    for router in (health.numbers, files.router, docs.router):
        app.include_router(router)
    docs.mount(app, settings.help_dir)
    if not spa.mount(app, settings):
        app.include_router(docs.first)
    _surround(app, settings)
    return app


def _operation_id(route: APIRoute) -> str:
    """Clients made from the document call an operation by its handler's name."""
    return route.name


def _surround(app: Api, settings: Settings) -> None:
    """What is added last is outermost: who is behind the proxy, then CORS, then the edge."""
    app.add_middleware(
        Edge,
        limits=app.state.limits,
        body_limit=settings.body_limit,
        body_limits={
            f"{API}/predict": settings.predict_body_limit,
            f"{API}/models/{{pack}}/versions": settings.model_body_limit,
            f"{API}/predict/batch": settings.batch_body_limit,
        },
        https=(settings.public_url or "").startswith("https://"),
        traffic=app.state.traffic,
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials="*" not in settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_TAKEN,
            expose_headers=_EXPOSED,
            max_age=600,
        )
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
