"""One pass around the application: request id, limits, security headers, last errors, access log, metrics."""

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi.routing import iter_route_contexts
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cultivar.kernel import metrics
from cultivar.kernel.errors import Broken, CultivarError, TooLarge, TooManyRequests
from cultivar.kernel.ids import new_id
from cultivar.kernel.limits import Limits, Standing, address_of, identity_of
from cultivar.kernel.problems import render
from cultivar.kernel.telemetry import begin_request
from cultivar.kernel.traffic import Traffic

_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_DRAIN_IDLE_S, _DRAIN_S, _DRAIN_BYTES = 2.0, 20.0, 512 * 1024 * 1024
_QUIET = re.compile(r"/(api/v1/)?health(/|$)|/metrics$")
_CLIENT_GONE = 499
_PART_HEADERS = 64 * 1024
"""What multipart adds to the files it carries: boundaries, headers, form fields."""

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE = (b"cache-control", b"no-store")
_CSP_DATA = b"default-src 'none'; frame-ancestors 'none'"
_CSP_PAGES = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    b"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_CSP_HELP = _CSP_PAGES.replace(
    b"script-src 'self'", b"script-src 'self' 'unsafe-inline'"
)  # its theme has inline scripts
_CSP_BY_PREFIX = (("/docs", _CSP_PAGES), ("/help", _CSP_HELP))

_log = structlog.get_logger("cultivar.access")


class Edge:
    """Pure ASGI, since each further layer costs every request.

    `body_limits` holds the bytes of files that a path takes, to which a form may add its own; others take `body_limit`.
    A path may be a route's template: `{…}` stands for one segment.
    HEAD is answered wherever GET is, as GET without its body (RFC 9110, section 9.3.2).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Limits,
        body_limit: int,
        body_limits: Mapping[str, int],
        https: bool,
        traffic: Traffic,
    ) -> None:
        self.app = app
        self.limits = limits
        self.body_limit = body_limit
        self.body_limits = body_limits
        self.traffic = traffic
        templates = {path: limit for path, limit in body_limits.items() if "{" in path}
        self._templated = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), limit) for path, limit in templates.items()]
        self.headers = [*_ALWAYS, _HSTS] if https else _ALWAYS
        self._templates: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._body_limit(scope), self.headers)
        try:
            await self._answer(exchange)
        except ClientDisconnect:
            exchange.status = _CLIENT_GONE
        except Exception as error:
            _log.exception("unforeseen_error", error_type=type(error).__name__)
            if exchange.started:
                raise
            await exchange.refuse(Broken("We have noted it. Try again, and tell us the request id if it persists."))
        finally:
            self._account(exchange)

    def _body_limit(self, scope: Scope) -> int:
        path = scope["path"]
        of_files = self.body_limits.get(path)
        if of_files is None:
            of_files = next((limit for template, limit in self._templated if template.fullmatch(path)), None)
        if of_files is None:
            return self.body_limit
        return of_files + _PART_HEADERS if _header(scope, b"content-type").startswith("multipart/") else of_files

    async def _answer(self, exchange: "_Exchange") -> None:
        refusal = await self._refusal(exchange)
        if refusal is None:
            try:
                await self.app(exchange.scope, exchange.receive, exchange.send)
            except TooLarge:
                if not exchange.cut:
                    raise
            if exchange.cut and not exchange.started:
                refusal = exchange.too_large()
        if refusal is not None:
            await exchange.refuse(refusal)
        if exchange.status == 401 and not exchange.proven and self.limits.strangers is not None:
            await self.limits.strangers.hit(exchange.address)

    async def _refusal(self, exchange: "_Exchange") -> CultivarError | None:
        """What stands against this request before anything of its body is read."""
        path = exchange.scope["path"]
        if self.limits.requests is not None and path.startswith("/api/") and not _QUIET.match(path):
            standing = await self._standing(exchange)
            if not standing.allowed:
                return TooManyRequests(f"Ask again in {standing.reset_s} s.", retry_after=standing.reset_s)
        if exchange.announced > exchange.limit:
            return exchange.too_large()
        return None

    async def _standing(self, exchange: "_Exchange") -> Standing:
        """Count the request; an unproven key also needs an address that has not sent too many refused ones."""
        requests, strangers = self.limits.requests, self.limits.strangers
        assert requests is not None and strangers is not None  # noqa: S101, PT018  for the type checker
        exchange.address = address_of(exchange.scope)
        identity, exchange.proven = identity_of(exchange.header(b"authorization"), exchange.address)
        limiter, standing = requests, None
        if not exchange.proven:
            limiter, standing = strangers, await strangers.peek(exchange.address)
        if standing is None or standing.allowed:
            limiter, standing = requests, await requests.hit(identity)
        exchange.extra.append((b"ratelimit-policy", limiter.policy.encode()))
        stand = f'"{limiter.name}";r={standing.remaining};t={standing.reset_s}'
        exchange.extra.append((b"ratelimit", stand.encode()))
        return standing

    def _account(self, exchange: "_Exchange") -> None:
        """One line and two numbers for each request; the route's template, never its values.

        Files of the web app (`static`) are no requests that a person would count.
        """
        static: str | None = exchange.scope["state"].get("static")
        route, method = static or self._template(exchange.scope), exchange.method
        seconds = time.perf_counter() - exchange.began
        metrics.REQUESTS.labels(route, method, str(exchange.status)).inc()
        metrics.LATENCY.labels(route).observe(seconds)
        quiet = static or _QUIET.match(route)
        if not quiet:
            self.traffic.count(route, exchange.status, exchange.scope["state"].get("code", ""), seconds)
        write = _log.debug if quiet and exchange.status < 400 else _log.info
        write("request", method=method, route=route, status=exchange.status, ms=round(seconds * 1000, 1))

    def _template(self, scope: Scope) -> str:
        if not self._templates:
            for context in iter_route_contexts(scope["app"].routes):
                served = context.endpoint or getattr(context.route, "app", None)
                self._templates.setdefault(served, context.path or "")
        return self._templates.get(scope.get("endpoint"), "unrouted")


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


class _Exchange:
    """A request and its answer: counts what comes in, adds headers to what goes out."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, limit: int, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.method: str = scope["method"]
        self.scope: Scope = {**scope, "method": "GET"} if self.method == "HEAD" else scope
        self._receive, self._send = receive, send
        self.began = time.perf_counter()
        self.limit, self.received, self.cut = limit, 0, False
        self.started, self.status = False, 500
        self.address, self.proven = "", True
        self.extra = [(b"x-request-id", self._request_id()), *headers]
        announced = self.header(b"content-length")
        self.announced = int(announced) if announced.isdecimal() else 0

    def header(self, name: bytes) -> str:
        return _header(self.scope, name)

    def _request_id(self) -> bytes:
        """The client's own id if it looks like one, else a new one."""
        given = self.header(b"x-request-id").encode("latin-1")
        request_id = given if _SANE_ID.fullmatch(given) else new_id().hex.encode()
        self.scope.setdefault("state", {})["request_id"] = request_id.decode()
        begin_request(request_id.decode())
        return request_id

    async def receive(self) -> Message:
        """The next part of the body, until there is more of it than the route takes."""
        message = await self._receive()
        self.received += len(message.get("body", b""))
        if self.received > self.limit:
            self.cut = True
            raise self.too_large()
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on; what is said about a body that was cut off is not the answer."""
        if self.cut and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            headers = list(message.get("headers", ()))
            message = {**message, "headers": [*headers, *self.extra, *self._for_path({name for name, _ in headers})]}
        elif self.method == "HEAD" and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _for_path(self, given: set[bytes]) -> list[tuple[bytes, bytes]]:
        path, added = self.scope["path"], []
        if b"content-security-policy" not in given:
            csp = next((csp for prefix, csp in _CSP_BY_PREFIX if path.startswith(prefix)), _CSP_DATA)
            added.append((b"content-security-policy", csp))
        if b"cache-control" not in given and path.startswith("/api/"):
            added.append(_NO_STORE)
        return added

    def too_large(self) -> TooLarge:
        return TooLarge(f"This address takes at most {self.limit:,} bytes.", limit=self.limit)

    async def refuse(self, error: CultivarError) -> None:
        """Answer with a problem document; a client that is still sending is heard out, so that it reads the answer."""
        self.cut = False
        response = render(self.scope, error)
        unread = isinstance(error, TooLarge)
        if unread:
            response.headers["connection"] = "close"
        await self.send({"type": "http.response.start", "status": error.status, "headers": response.raw_headers})
        await self.send({"type": "http.response.body", "body": response.body, "more_body": unread})
        if unread:
            await self._drain()
            await self.send({"type": "http.response.body"})

    async def _drain(self) -> None:
        """Read and forget what is on its way, within bounds; a client that waits for `100 Continue` sends nothing."""
        if self.header(b"expect"):
            return
        try:
            async with asyncio.timeout(_DRAIN_S):
                while self.received < _DRAIN_BYTES:
                    message = await asyncio.wait_for(self._receive(), _DRAIN_IDLE_S)
                    self.received += len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body"):
                        return
        except TimeoutError:
            return
