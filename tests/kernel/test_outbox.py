"""Facts: with their transaction or not at all, to each subscriber, exactly once on the database."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel import outbox
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.outbox import OutboxRow, Subscriber
from cultivar.kernel.world import World

Configure = Callable[[outbox.Subscriptions], None]


@dataclass(frozen=True, slots=True)
class Watered:
    name: ClassVar[str] = "test.watered"
    plant_id: UUID
    at: datetime
    litres: float = 1.0
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    name: ClassVar[str] = "test.unheard"


def watered(**more: Any) -> Watered:
    return Watered(uuid4(), datetime(2026, 5, 1, 12, tzinfo=UTC), **more)


async def note(session: AsyncSession, facts: Sequence[Watered], world: World) -> None:
    """An effect on the database that can be counted: a job for each fact."""
    for fact in facts:
        if fact.by == "poison":
            raise RuntimeError("it cannot be drunk")
        await enqueue(session, "noted", {"plant_id": str(fact.plant_id)})


COUNT, OTHER = Subscriber("count", note), Subscriber("other", note)


async def emit(world: World, *facts: outbox.Fact) -> None:
    async with world.db.transaction() as session:
        for fact in facts:
            outbox.emit(session, fact)


async def noted(world: World) -> Counter[str]:
    async with world.db.reading() as session:
        return Counter(
            [row["plant_id"] for row in await session.scalars(select(Job.payload).where(Job.kind == "noted"))]
        )


async def rows(world: World) -> list[OutboxRow]:
    async with world.db.reading() as session:
        return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


async def ripen(world: World) -> None:
    """Let the time that a failed fact waits go by."""
    async with world.db.transaction() as session:
        await session.execute(update(OutboxRow).values(run_after=datetime(2020, 1, 1, tzinfo=UTC)))


async def test_a_fact_that_nobody_hears_leaves_no_row(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, Unheard())
    assert await rows(world) == []


async def test_a_transaction_that_fails_states_nothing(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT, Subscriber("heavy", heavy=True))})

    async def fail() -> None:
        async with world.db.transaction() as session:
            outbox.emit(session, watered())
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await rows(world) == []
    assert await outbox.deliver(world) == 0


async def test_each_subscriber_hears_each_fact_as_it_was_stated(world: World, subscriptions: Configure) -> None:
    heard: dict[str, list[Watered]] = {"one": [], "two": []}

    async def one(_: AsyncSession, facts: Sequence[Watered], __: World) -> None:
        heard["one"].extend(facts)

    async def two(_: AsyncSession, facts: Sequence[Watered], __: World) -> None:
        heard["two"].extend(facts)

    subscriptions({Watered: (Subscriber("one", one), Subscriber("two", two))})
    facts = [watered(litres=index / 7, by="Ada" if index % 2 else None) for index in range(5)]
    await emit(world, *facts)
    assert await outbox.deliver(world) == 10
    assert heard == {"one": facts, "two": facts}
    assert await rows(world) == []


async def test_a_heavy_subscriber_gets_a_job_of_its_name(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (Subscriber("prune.roses", heavy=True),)})
    await emit(world, fact := watered())
    async with world.db.reading() as session:
        job = (await session.scalars(select(Job))).one()
    assert (job.kind, job.state, job.payload["plant_id"]) == ("prune.roses", "queued", str(fact.plant_id))


async def test_stating_a_fact_wakes_the_worker(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, watered())
    async with asyncio.timeout(5):
        await world.waker.wait(60)


async def test_settling_applies_what_waits_before_the_answer(
    world: World, subscriptions: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 10)
    subscriptions({Watered: (COUNT, OTHER)})
    await emit(world, *(watered() for _ in range(outbox.BATCH + 5)))
    async with world.db.transaction() as session:
        await outbox.settle(session, "count", world=world)
        counted = await session.scalar(select(func.count()).select_from(Job))
    assert counted == outbox.BATCH + 5
    assert {row.subscriber for row in await rows(world)} == {"other"}


async def test_settling_in_a_transaction_that_fails_applies_nothing(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, watered())

    async def fail() -> None:
        async with world.db.transaction() as session:
            await outbox.settle(session, "count", world=world)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await noted(world) == Counter()
    assert len(await rows(world)) == 1


async def test_workers_and_readers_at_once_apply_each_fact_once(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    facts = [watered() for _ in range(40)]
    done = asyncio.Event()

    async def state() -> None:
        for fact in facts:
            await emit(world, fact)
        done.set()

    async def settle() -> None:
        while not done.is_set():
            async with world.db.transaction() as session:
                await outbox.settle(session, "count", world=world)
            await asyncio.sleep(0)

    async def deliver() -> None:
        while not done.is_set():
            await outbox.deliver(world)
            await asyncio.sleep(0)

    await asyncio.gather(state(), settle(), settle(), deliver(), deliver())
    await outbox.deliver(world)
    assert await noted(world) == Counter(str(fact.plant_id) for fact in facts)
    assert await rows(world) == []


async def test_a_poison_fact_waits_and_keeps_no_other_back(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    good = [watered() for _ in range(4)]
    await emit(world, *good[:2], watered(by="poison"), *good[2:])
    await outbox.deliver(world)
    assert await noted(world) == Counter(str(fact.plant_id) for fact in good)
    (row,) = await rows(world)
    assert (row.attempts, row.parked, row.error) == (1, False, "RuntimeError: it cannot be drunk")
    assert row.run_after > row.made_at


async def test_a_poison_fact_is_parked_after_its_attempts_and_counted(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, watered(by="poison"))
    for _ in range(outbox.ATTEMPTS):
        await ripen(world)
        await outbox.deliver(world)
    (row,) = await rows(world)
    assert (row.attempts, row.parked) == (outbox.ATTEMPTS, True)
    await ripen(world)
    assert await outbox.deliver(world) == 0
    async with world.db.reading() as session:
        assert await outbox.counts(session) == {("count", "parked"): 1}


async def test_settling_survives_a_poison_fact(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, watered(by="poison"), good := watered())
    async with world.db.transaction() as session:
        await outbox.settle(session, "count", world=world)
    assert await noted(world) == Counter([str(good.plant_id)])


async def test_a_handler_that_wrote_before_it_failed_has_written_nothing(
    world: World, subscriptions: Configure
) -> None:
    async def write_and_fail(session: AsyncSession, _: Sequence[Watered], __: World) -> None:
        await enqueue(session, "noted", {"plant_id": "none"})
        raise RuntimeError

    subscriptions({Watered: (Subscriber("count", write_and_fail),)})
    await emit(world, watered(), watered())
    await outbox.deliver(world)
    assert await noted(world) == Counter()
    assert [row.attempts for row in await rows(world)] == [1, 1]


async def test_a_fact_of_a_shape_of_yesterday_is_kept_and_told(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    async with world.db.transaction() as session:
        session.add(OutboxRow(subscriber="count", fact=Watered.name, payload={"plant": "basil"}))
    await outbox.deliver(world)
    (row,) = await rows(world)
    assert row.error is not None
    assert "ValidationError" in row.error


async def test_facts_for_a_subscriber_that_is_no_more_stay(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, watered())
    subscriptions({})
    assert await outbox.deliver(world) == 0
    assert len(await rows(world)) == 1


async def test_young_facts_wait_while_people_do(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, watered())
    assert await outbox.deliver(world, older_than=timedelta(seconds=30)) == 0
    async with world.db.transaction() as session:
        await session.execute(update(OutboxRow).values(made_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert await outbox.deliver(world, older_than=timedelta(seconds=30)) == 1


async def test_what_names_a_person_can_be_shown_and_forgotten(world: World, subscriptions: Configure) -> None:
    subscriptions({Watered: (COUNT,)})
    await emit(world, mine := watered(), other := watered())
    async with world.db.transaction() as session:
        (shown,) = await outbox.export(session, mine.plant_id)
        await outbox.erase(session, mine.plant_id)
    assert shown["plant_id"] == str(mine.plant_id)
    assert [row.payload["plant_id"] for row in await rows(world)] == [str(other.plant_id)]


def test_a_subscriber_is_light_with_a_handler_or_heavy_without() -> None:
    with pytest.raises(ValueError, match="both"):
        Subscriber("both", note, heavy=True)
    with pytest.raises(ValueError, match="neither"):
        Subscriber("neither")
