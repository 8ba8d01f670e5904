"""Batches let people by: seen from inside a real server while both want the machine."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

from cultivar.bulk import pace
from tests.bulk.conftest import Batches
from tests.bulk.zips import zipped
from tests.support.app import Served, wait_until

CROWD = 8
"""Photos of people that are in the engine: so many that they cannot all leave between two looks."""


@dataclass(frozen=True)
class Moment:
    """Photos in the engine or about to be, by whose they are."""

    of_people: int
    of_batch: int


async def watched(app: Served, moments: list[Moment], done: asyncio.Event) -> None:
    """Look at every turn of the server's own loop."""
    engine = app.world.engine
    assert engine is not None
    while not done.is_set():
        of_batch = pace._at_work.get(engine, 0)
        moments.append(Moment(engine.held() - of_batch, of_batch))
        await asyncio.sleep(0)


def test_a_batch_takes_the_whole_machine_and_one_place_while_people_wait(
    app: Served, batches: Batches, photos: list[bytes]
) -> None:
    moments: list[Moment] = []
    engine, person = app.world.engine, app.guest()
    assert engine is not None
    sent = batches.send_zip(zipped((f"{n}.jpg", photos[n % len(photos)]) for n in range(400)), save_results="false")
    job_id = sent.json()["job_id"]
    wait_until(lambda: batches.job(job_id)["done"])

    async def begin() -> tuple[asyncio.Event, "asyncio.Task[None]"]:
        done = asyncio.Event()
        return done, asyncio.create_task(watched(app, moments, done))

    done, watching = app.run(begin)
    with ThreadPoolExecutor(CROWD) as people:
        asked = list(people.map(lambda _: person.predict(*photos[:5], consent="none").status_code, range(6 * CROWD)))
    batches.ended(sent)

    async def end() -> None:
        done.set()
        await watching

    app.run(end)
    assert set(asked) == {200}
    assert max(moment.of_batch for moment in moments) > 1, "alone, it takes more than one place"
    crowded = [(one, two) for one, two in pairwise(moments) if is_crowded(one) and is_crowded(two)]
    assert len(crowded) > 100
    assert all(two.of_batch <= max(1, one.of_batch) for one, two in crowded), "none begins beside another"
    assert any(two.of_batch == 1 for _, two in crowded), "it is not left waiting either"


def is_crowded(moment: Moment) -> bool:
    return moment.of_people >= CROWD
