"""Photos that are corrected, and what came of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.datasets.tables import Item
from cultivar.kernel import outbox
from cultivar.photos.tables import PhotoHold
from cultivar.worker.subscriptions import GATHER
from tests.feedback.test_api import wrong
from tests.support.app import Person, Served, fine, wait_until
from tests.support.leaves import leaf

_seeds = iter(range(1_000, 100_000))


def fresh() -> bytes:
    """A photo that nobody has sent yet."""
    return leaf(seed=next(_seeds), size=240)


def answered(user: Person, consent: str = "train") -> dict[str, Any]:
    """The answer to a photo that nobody has sent yet, and that the model does not refuse."""
    found = (user.ask(fresh(), min_confidence=0, consent=consent) for _ in range(20))
    return next(answer for answer in found if answer["result"])


def recognised(user: Person) -> bytes:
    """A photo that nobody has kept yet, and that the model does not refuse."""
    return next(photo for photo in iter(fresh, b"") if user.ask(photo, consent="none")["result"])


def hear(app: Served) -> None:
    """Returns when no fact waits, nor is in another worker's hands."""
    app.run(lambda: outbox.deliver(app.world))
    wait_until(lambda: (GATHER.name, "waiting") not in app.rows(outbox.counts))


def items(app: Served, prediction: dict[str, Any]) -> list[Item]:
    """The items that corrections of this prediction made, once all facts are heard."""
    hear(app)

    async def look(session: AsyncSession) -> list[Item]:
        found = select(Item).where(Item.source_id == UUID(prediction["prediction_id"]))
        return list(await session.scalars(found.order_by(Item.id)))

    return app.rows(look)


def correct(user: Person, answer: dict[str, Any], **more: Any) -> str:
    """Name another class than the one answered; gives the feedback's id."""
    said = {"is_correct": False, "correct_class_name": wrong(answer)} | more
    return str(fine(user.feedback(answer["prediction_id"], **said))["feedback_id"])


async def holders(session: AsyncSession, photo_id: UUID) -> set[str]:
    """Who holds this photo."""
    return set(await session.scalars(select(PhotoHold.holder).where(PhotoHold.photo_id == photo_id)))
