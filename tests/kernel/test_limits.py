from pathlib import Path

import pytest
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from cultivar.kernel import limits, tokens
from cultivar.kernel.limits import Limiter, Moments, Throttle, address_of, identity_of
from tests.kernel.edge_app import build, client


class Clock:
    """A clock in the place of `time`, set by the test."""

    def __init__(self) -> None:
        self.moment = 1_800_000_000.0

    def time(self) -> float:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    return clock


async def test_the_window_moves(clock: Clock) -> None:
    limiter = Limiter("3/minute", Moments(), name="default")
    allowed = []
    for second in (0, 30, 59, 59, 60, 61, 90):
        clock.moment = 1_800_000_000.0 + second
        allowed.append((await limiter.hit("a")).allowed)
    assert allowed == [True, True, True, False, True, False, True]


async def test_standing_tells_what_is_left_and_when_the_oldest_leaves(clock: Clock) -> None:
    limiter = Limiter("2/minute", Moments(), name="default")
    first = await limiter.hit("a")
    clock.moment += 20
    second, third = await limiter.hit("a"), await limiter.hit("a")
    assert (first.remaining, first.reset_s) == (1, 60)
    assert (second.remaining, second.reset_s) == (0, 40)
    assert (third.allowed, third.remaining) == (False, 0)
    assert (await limiter.hit("b")).allowed


async def test_who_is_long_gone_takes_no_memory(clock: Clock) -> None:
    storage = Moments()
    limiter = Limiter("2/minute", storage, name="default")
    for number in range(100):
        await limiter.hit(f"guest {number}")
    clock.moment += 200
    await limiter.hit("late")
    assert len(storage._hits) == 1


async def test_without_redis_a_server_counts_for_itself() -> None:
    class Broken(MemoryStorage):
        STORAGE_SCHEME = ("async+broken",)

        async def acquire_entry(self, *_: object, **__: object) -> bool:
            raise StorageError(ConnectionError("no redis"))

    limiter = Limiter("1/minute", Broken(), name="default")
    assert [(await limiter.hit("a")).allowed for _ in range(2)] == [True, False]


def test_identity_is_the_person_the_key_or_the_address() -> None:
    tokens.use_secret(b"s" * 32)
    from datetime import timedelta

    token = tokens.sign({"sub": "p1", "sid": "s1"}, tokens.ACCESS, timedelta(hours=1))
    assert identity_of(f"Bearer {token}", "address:x") == ("user:p1", True)
    assert identity_of(f"bearer {token}x", "address:x") == ("address:x", True)
    assert identity_of("", "address:x") == ("address:x", True)
    identity, proven = identity_of("Bearer cvk_secret", "address:x")
    assert (identity.startswith("key:"), "secret" in identity, proven) == (True, False, False)


def test_an_ipv6_subscriber_is_one_address() -> None:
    assert address_of({"client": ("2001:db8:1:2:3::4", 1)}) == "address:2001:db8:1:2::"
    assert address_of({"client": ("192.0.2.1", 1)}) == "address:192.0.2.1"
    assert address_of({"client": None}) == "address:unknown"


async def test_failed_sign_ins_are_counted_by_email_and_address(clock: Clock) -> None:
    limiter = Limiter("2/minute", Moments(), name="sign-in")
    here, there = Throttle(limiter, "address:1"), Throttle(limiter, "address:2")
    assert await here.attempt("ann@example.org") == await here.attempt("Ann@example.org ") == 0
    assert await here.attempt("ann@example.org") == 60
    assert await here.attempt("bob@example.org") == 0
    assert await there.attempt("ann@example.org") == 0
    await here.succeeded("ann@example.org")
    assert await here.attempt("ann@example.org") == 0


async def test_a_route_gets_the_throttle_of_its_client(tmp_path: Path) -> None:
    app = build(tmp_path, login_rate_limit="1/minute")
    async with client(app, "192.0.2.1") as http, client(app, "192.0.2.2") as elsewhere:
        first = await http.post("/api/v1/sign-in", json={"name": "a"})
        second = await http.post("/api/v1/sign-in", json={"name": "a"})
        other = await elsewhere.post("/api/v1/sign-in", json={"name": "a"})
    assert first.json()["wait"] == 0
    assert second.json()["wait"] > 0
    assert other.json()["wait"] == 0


async def test_off_never_waits(tmp_path: Path) -> None:
    async with client(build(tmp_path, login_rate_limit="off")) as http:
        waits = [(await http.post("/api/v1/sign-in", json={"name": "a"})).json()["wait"] for _ in range(20)]
    assert set(waits) == {0}
