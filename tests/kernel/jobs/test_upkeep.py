"""What the kernel itself cleans up."""

from datetime import timedelta

from sqlalchemy import select

from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.jobs.tables import Job, ScheduleRow
from cultivar.kernel.jobs.upkeep import KEPT, prune
from cultivar.kernel.world import World
from tests.kernel.jobs.atwork import ask, job, runner


async def test_what_ended_long_ago_is_forgotten_and_all_else_stays(world: World) -> None:
    old, young = now() - KEPT - timedelta(hours=1), now() - KEPT + timedelta(hours=1)
    async with world.db.transaction() as session:
        session.add(Job(kind="old", payload={}, state="done", finished_at=old))
        session.add(Job(kind="young", payload={}, state="failed", finished_at=young))
        session.add(Job(kind="waits", payload={}, created_at=old, run_after=now() + timedelta(days=1)))
        session.add_all(ScheduleRow(kind="x", due_at=due, job_id=new_id()) for due in (old, young))
    pruning = await ask(world, "prune")
    await runner(world, prune, kind="prune").once()
    assert (await job(world, pruning)).result == {"forgotten": 1}
    async with world.db.reading() as session:
        assert set(await session.scalars(select(Job.kind))) == {"young", "waits", "prune"}
        assert (await session.scalars(select(ScheduleRow.due_at))).all() == [young]
