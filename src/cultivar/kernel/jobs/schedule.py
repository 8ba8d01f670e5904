"""Work that recurs: whoever first inserts the row of a due moment makes its job, so each moment has one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from cultivar.kernel.database import Database
from cultivar.kernel.ids import new_id
from cultivar.kernel.jobs.rules import last_due
from cultivar.kernel.jobs.tables import Job, ScheduleRow


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job of `kind` every so often, `at` so much after the hour, midnight (UTC) or Monday that `every` divides.

    A moment that passed while no worker ran is made up for once; older ones are not.
    """

    kind: str
    every: timedelta
    at: timedelta = timedelta(0)
    payload: dict[str, Any] = field(default_factory=dict)


class Clockwork:
    """Fires schedules; remembers what it fired, so that the database is asked once a moment."""

    def __init__(self, schedules: Sequence[Schedule]) -> None:
        self._schedules = schedules
        self._fired: dict[str, datetime] = {}

    async def fire(self, db: Database, moment: datetime) -> int:
        """Make the jobs that are due at `moment`; says how many this process made."""
        made = 0
        for schedule in self._schedules:
            due = last_due(moment, schedule.every, schedule.at)
            if self._fired.get(schedule.kind) != due:
                made += await _fire(db, schedule, due)
                self._fired[schedule.kind] = due
        return made


async def _fire(db: Database, schedule: Schedule, due: datetime) -> bool:
    """One transaction: the row decides who wins, and the winner's job is in it."""
    dialect = postgresql if db.dialect == "postgresql" else sqlite
    job = Job(id=new_id(), kind=schedule.kind, payload=schedule.payload)
    row = dialect.insert(ScheduleRow).values(kind=schedule.kind, due_at=due, job_id=job.id)
    async with db.transaction() as session:
        won = await session.scalar(row.on_conflict_do_nothing().returning(ScheduleRow.job_id)) is not None
        if won:
            session.add(job)
    return won
