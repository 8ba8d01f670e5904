"""Walk a plot plant by plant, and read what it says."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total, walk
from cultivar.packs.schemas import Language
from cultivar.predictions.service import history as predictions
from cultivar.surveys import queries, report, rules
from cultivar.surveys.errors import NotALeafPhoto, PlantUnknown, PredictionTaken, SurveyFull, SurveyUnknown
from cultivar.surveys.schemas import (
    PLANTS_AT_MOST,
    LeafIn,
    LeafOut,
    PlantIn,
    PlantOut,
    Report,
    SurveyHead,
    SurveyIn,
    SurveyOut,
    SurveyPatch,
    Visits,
)
from cultivar.surveys.tables import Survey, SurveyLeaf, SurveyPlant

VISITS_AT_MOST = 60


async def begin(session: AsyncSession, actor: Actor, body: SurveyIn) -> SurveyOut:
    """A survey without plants."""
    row = Survey(owner_id=actor.user_id, **body.model_dump())
    session.add(row)
    await session.flush()
    return SurveyOut(**dict(SurveyHead.model_validate(row)), plants=[])


async def page(session: AsyncSession, actor: Actor, plot: str | None, cursor: Cursor) -> Page[SurveyHead]:
    """The actor's surveys, newest first."""
    fitting = queries.own_all(actor, plot)
    wanted = fitting.limit(cursor.limit + 1)
    if cursor.cursor:
        (after,) = decode_cursor(cursor.cursor, UUID)
        wanted = wanted.where(Survey.id < after)
    rows = (await session.scalars(wanted)).all()
    shown = rows[: cursor.limit]
    return Page(
        items=[SurveyHead.model_validate(row) for row in shown],
        total=await exact_total(session, fitting),
        next_cursor=encode_cursor(shown[-1].id) if len(rows) > len(shown) else None,
    )


async def read(session: AsyncSession, actor: Actor, survey_id: UUID) -> SurveyOut:
    """One of the actor's surveys. Raises SurveyUnknown."""
    (shown,) = await _out(session, [await _own(session, actor, survey_id)])
    return shown


async def change(session: AsyncSession, actor: Actor, survey_id: UUID, body: SurveyPatch) -> SurveyOut:
    """Set the fields that were sent. Raises SurveyUnknown."""
    row = await _own(session, actor, survey_id, lock=True)
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    await _touch(session, row)
    return await read(session, actor, survey_id)


async def remove(session: AsyncSession, actor: Actor, survey_id: UUID) -> None:
    """Delete a survey; the photos and answers stay. Raises SurveyUnknown."""
    row = await _own(session, actor, survey_id, lock=True)
    await session.execute(delete(Survey).where(Survey.id == row.id))


async def put_plant(session: AsyncSession, actor: Actor, survey_id: UUID, label: str, body: PlantIn) -> PlantOut:
    """Set a plant with all its leaves; the same again changes nothing.

    Raises SurveyUnknown, SurveyFull, PredictionUnknown, NotALeafPhoto, PredictionTaken.
    """
    row = await _own(session, actor, survey_id, lock=True)
    photos = [leaf.prediction_id for leaf in body.leaves if leaf.prediction_id]
    if await queries.elsewhere(session, row.id, label, photos):
        raise PredictionTaken("Another plant of this survey has this photo already.")
    leaves = [await _seen(session, actor, row.id, label, leaf) for leaf in body.leaves]
    plant = await queries.plant(session, row.id, label)
    if plant is None:
        if await queries.count_plants(session, row.id) >= PLANTS_AT_MOST:
            raise SurveyFull(f"A survey takes {PLANTS_AT_MOST} plants; begin another one.")
        plant = SurveyPlant(survey_id=row.id, label=label)
        session.add(plant)
    plant.leaves_total = body.leaves_total
    await session.flush()
    await session.execute(delete(SurveyLeaf).where(SurveyLeaf.survey_id == row.id, SurveyLeaf.plant == label))
    session.add_all(leaves)
    await _touch(session, row)
    shown = [LeafOut.model_validate(leaf) for leaf in sorted(leaves, key=lambda leaf: leaf.rank)]
    return PlantOut(label=label, leaves_total=plant.leaves_total, leaves=shown)


async def remove_plant(session: AsyncSession, actor: Actor, survey_id: UUID, label: str) -> None:
    """Take a plant out, with its leaves. Raises SurveyUnknown, PlantUnknown."""
    row = await _own(session, actor, survey_id, lock=True)
    if await queries.plant(session, row.id, label) is None:
        raise PlantUnknown
    await session.execute(delete(SurveyPlant).where(SurveyPlant.survey_id == row.id, SurveyPlant.label == label))
    await _touch(session, row)


async def reported(session: AsyncSession, actor: Actor, survey_id: UUID, language: Language) -> Report:
    """What a survey says. Raises SurveyUnknown."""
    return report.report(await read(session, actor, survey_id), language)


async def visits(session: AsyncSession, actor: Actor, survey_id: UUID) -> Visits:
    """All visits to the plot of this survey, at most 60, side by side. Raises SurveyUnknown."""
    row = await _own(session, actor, survey_id)
    rows = await queries.latest_visits(session, actor, row.plot, VISITS_AT_MOST)
    return Visits(plot=row.plot, visits=[report.visit(one) for one in await _out(session, rows)])


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Delete all of a person's surveys."""
    await session.execute(delete(Survey).where(Survey.owner_id == person_id))


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[SurveyOut]]:
    """All of a person's surveys, oldest first."""
    async for rows in walk(session, queries.of_person(person_id), Survey.id):
        yield await _out(session, rows)


async def _own(session: AsyncSession, actor: Actor, survey_id: UUID, *, lock: bool = False) -> Survey:
    row = await queries.own(session, actor, survey_id, lock=lock)
    if row is None:
        raise SurveyUnknown
    return row


async def _touch(session: AsyncSession, row: Survey) -> None:
    row.updated_at = now()
    await session.flush()


async def _seen(session: AsyncSession, actor: Actor, survey_id: UUID, plant: str, leaf: LeafIn) -> SurveyLeaf:
    """A leaf's row: what somebody saw, and behind it what the photo says; its share only as that of a whole leaf."""
    row = SurveyLeaf(survey_id=survey_id, plant=plant, **leaf.model_dump())
    row.graded_by = None if leaf.grade is None else "person"
    if leaf.prediction_id is None:
        row.reason = None
        return row
    said = (await predictions.own_one(session, actor, leaf.prediction_id)).severity
    if said is None:
        raise NotALeafPhoto(f"Leaf {leaf.rank}: this answer measures no severity; use a pack that grades leaves.")
    if row.lesion_stage is None:
        row.lesion_stage = said.lesion_stage
    if row.grade is None:
        row.grade, row.reason = said.grade, said.reason
        row.graded_by = None if said.grade is None else "photo"
        if row.area_share is None and rules.is_of_whole_leaf(said.grade, said.reason):
            row.area_share = said.area_share
    return row


async def _out(session: AsyncSession, rows: Sequence[Survey]) -> list[SurveyOut]:
    plants = await _plants(session, [row.id for row in rows])
    return [SurveyOut(**dict(SurveyHead.model_validate(row)), plants=plants[row.id]) for row in rows]


async def _plants(session: AsyncSession, survey_ids: Collection[UUID]) -> dict[UUID, list[PlantOut]]:
    leaves: dict[tuple[UUID, str], list[LeafOut]] = defaultdict(list)
    for leaf in await queries.leaves_of(session, survey_ids):
        leaves[leaf.survey_id, leaf.plant].append(LeafOut.model_validate(leaf))
    found: dict[UUID, list[PlantOut]] = defaultdict(list)
    for plant in await queries.plants_of(session, survey_ids):
        own = leaves[plant.survey_id, plant.label]
        found[plant.survey_id].append(PlantOut(label=plant.label, leaves_total=plant.leaves_total, leaves=own))
    return found
