"""How many requests an identity may send: a moving window, counted in memory or in Redis."""

import hashlib
import ipaddress
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from cultivar.kernel import extras
from cultivar.kernel.errors import NotSignedIn
from cultivar.kernel.settings import Settings
from cultivar.kernel.tokens import ACCESS, API_KEY_PREFIX, unsign

_SWEEP_EVERY_S = 60.0
_REDIS_PATIENCE_S = 0.5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an identity stands with a limit after a request."""

    allowed: bool
    remaining: int
    reset_s: int


class Moments(MemoryStorage):
    """The moving window in memory: the moments of each key's last hits, swept once a minute.

    The library's own goes through every key at every hit.
    """

    STORAGE_SCHEME = ["async+moments"]  # noqa: RUF012  the library's registry reads it so

    def __init__(self) -> None:
        super().__init__(wrap_exceptions=True)
        self._hits: dict[str, tuple[float, deque[float]]] = {}
        self._sweep_at = time.time() + _SWEEP_EVERY_S

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        moments = self._window(key, expiry)
        if len(moments) + amount > limit:
            return False
        now = time.time()
        moments.extend([now] * amount)
        self._hits[key] = (now + expiry, moments)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        moments = self._window(key, expiry)
        return (moments[0], len(moments)) if moments else (time.time(), 0)

    async def clear(self, key: str) -> None:
        self._hits.pop(key, None)

    def _window(self, key: str, expiry: int) -> deque[float]:
        now = time.time()
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_EVERY_S
            self._hits = {kept: entry for kept, entry in self._hits.items() if entry[0] > now}
        _, moments = self._hits.get(key, (0.0, deque()))
        while moments and moments[0] <= now - expiry:
            moments.popleft()
        return moments


class Limiter:
    """One limit, counted where `storage` says; while Redis does not answer, each server counts for itself."""

    def __init__(self, rate: str, storage: Storage, *, name: str) -> None:
        self.item: RateLimitItem = parse(rate)
        self.policy = f'"{name}";q={self.item.amount};w={self.item.get_expiry()}'
        self.name = name
        self._shared = MovingWindowRateLimiter(storage)
        self._own = MovingWindowRateLimiter(Moments())

    async def hit(self, identity: str) -> Standing:
        """Count one request of `identity`, unless it has none left."""
        return await self._stand(identity, count=True)

    async def peek(self, identity: str) -> Standing:
        """Where `identity` stands; counts nothing."""
        return await self._stand(identity, count=False)

    async def clear(self, identity: str) -> None:
        """Forget what `identity` has used."""
        try:
            await self._shared.clear(self.item, self.name, identity)
        except StorageError:
            await self._own.clear(self.item, self.name, identity)

    async def _stand(self, identity: str, *, count: bool) -> Standing:
        try:
            return await self._ask(self._shared, identity, count=count)
        except StorageError as error:
            _log.warning("rate_limit_storage_unavailable", error=str(error))
            return await self._ask(self._own, identity, count=count)

    async def _ask(self, limiter: MovingWindowRateLimiter, identity: str, *, count: bool) -> Standing:
        act = limiter.hit if count else limiter.test
        allowed = await act(self.item, self.name, identity)
        reset_at, remaining = await limiter.get_window_stats(self.item, self.name, identity)
        return Standing(allowed, max(0, int(remaining)), max(1, math.ceil(reset_at - time.time())))


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a process; None where a setting is `off`."""

    requests: Limiter | None
    strangers: Limiter | None
    sign_in: Limiter | None
    close: Callable[[], Awaitable[None]]

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """`strangers` counts refused keys by address: a made-up key is no identity that has requests of its own."""
        storage, close = _storage(settings)
        rate, sign_in = settings.rate_limit, settings.login_rate_limit
        return cls(
            requests=Limiter(rate, storage, name="default") if rate != "off" else None,
            strangers=Limiter(rate, storage, name="refused") if rate != "off" else None,
            sign_in=Limiter(sign_in, storage, name="sign-in") if sign_in != "off" else None,
            close=close,
        )


def _storage(settings: Settings) -> tuple[Storage, Callable[[], Awaitable[None]]]:
    """Where hits are counted, and how to close that."""
    if settings.redis_url is None:
        return Moments(), _nothing
    redis = extras.load("redis.asyncio", extra="redis", setting="redis_url")
    patience = {"socket_timeout": _REDIS_PATIENCE_S, "socket_connect_timeout": _REDIS_PATIENCE_S}
    pool = redis.ConnectionPool.from_url(settings.redis_url, **patience)
    url = f"async+{settings.redis_url}"
    return RedisStorage(url, wrap_exceptions=True, implementation="redispy", connection_pool=pool), pool.aclose


async def _nothing() -> None:
    """There is nothing to close."""


def identity_of(authorization: str, address: str) -> tuple[str, bool]:
    """Who a request counts for (a person by a token, a key by its hash, else an address), and if that is proven."""
    scheme, _, bearer = authorization.partition(" ")
    if scheme.lower() != "bearer" or not bearer:
        return address, True
    if bearer.startswith(API_KEY_PREFIX):
        return f"key:{hashlib.sha256(bearer.encode()).hexdigest()[:32]}", False
    try:
        claims = unsign(bearer, ACCESS)
    except NotSignedIn:
        return address, True
    return f"user:{claims['sub']}", True


def address_of(scope: Mapping[str, Any]) -> str:
    """The client's address; of IPv6 the network of 64 bits that one subscriber holds."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "address:unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return f"address:{ipaddress.ip_network((address, 64), strict=False).network_address}"
    return f"address:{address}"


@dataclass(frozen=True, slots=True)
class Throttle:
    """Failed attempts to sign in, by e-mail and address; the e-mail itself is not kept."""

    limiter: Limiter | None
    address: str

    async def attempt(self, email: str) -> int:
        """Count an attempt as failed; 0 if it is taken, else the seconds until one is.

        In one step: between asking and counting, many at once would all be let through.
        """
        if self.limiter is None:
            return 0
        standing = await self.limiter.hit(self._key(email))
        return 0 if standing.allowed else standing.reset_s

    async def succeeded(self, email: str) -> None:
        """Forget the failed attempts."""
        if self.limiter is not None:
            await self.limiter.clear(self._key(email))

    def _key(self, email: str) -> str:
        return hashlib.sha256(f"{email.strip().lower()} {self.address}".encode()).hexdigest()


async def _throttle(request: Request) -> Throttle:
    return Throttle(request.app.state.limits.sign_in, address_of(request.scope))


SignInThrottle = Annotated[Throttle, Depends(_throttle)]
"""What a route that takes a password asks before and tells after."""
