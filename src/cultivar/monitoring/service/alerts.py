"""Open alerts, close them, let people see to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total
from cultivar.monitoring import queries
from cultivar.monitoring.errors import AlertClosed, AlertUnknown
from cultivar.monitoring.schemas.watching import AlertFilters, AlertOut, AlertPatch
from cultivar.monitoring.service import photos
from cultivar.monitoring.tables import Alert
from cultivar.monitoring.watch import Finding, Subject

UNSEEN: Final = timedelta(days=7)

log = structlog.get_logger(__name__)
audit = structlog.get_logger("cultivar.audit")


async def apply(session: AsyncSession, findings: Iterable[Finding]) -> None:
    """Open and close what findings say; whoever opens or closes writes the line in the log."""
    by_key = {finding.subject.key: finding for finding in sorted(findings, key=lambda one: one.subject.key)}
    live = {alert.key: alert for alert in await queries.open_alerts(session, list(by_key))} if by_key else {}
    for key, finding in by_key.items():
        alert = live.get(key)
        if finding.verdict == "raise" and alert is None:
            await _open(session, finding)
        elif alert is not None and finding.verdict == "clear":
            _close(alert)
        elif alert is not None and finding.verdict == "raise":
            _see_again(alert, finding)


async def _open(session: AsyncSession, finding: Finding) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Alert).values(_row(finding)).on_conflict_do_nothing().returning(Alert.id)
    opened = await session.scalar(insert)
    if opened is not None:
        log.warning("alert_opened", alert_id=str(opened), **_told(finding.subject), value=finding.value)


def _row(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    return {
        "id": new_id(),
        "key": subject.key,
        "kind": subject.kind,
        "subject": subject.name,
        "model": subject.model,
        "model_version": subject.model_version,
        "machine": subject.machine,
        "severity": finding.severity,
        "value": finding.value,
        "threshold": finding.threshold,
    }


def _told(subject: Subject | Alert) -> dict[str, str | None]:
    name = subject.name if isinstance(subject, Subject) else subject.subject
    of_model = {"model": subject.model, "model_version": subject.model_version}
    return {"kind": subject.kind, "subject": name, **of_model, "machine": subject.machine}


def _close(alert: Alert) -> None:
    alert.state, alert.closed_at = "resolved", now()
    log.info("alert_closed", alert_id=str(alert.id), **_told(alert))


def _see_again(alert: Alert, finding: Finding) -> None:
    """Severity only grows while an alert is open."""
    alert.last_seen_at, alert.threshold = now(), finding.threshold
    if finding.value is not None:
        alert.value = finding.value
    if finding.severity == "critical":
        alert.severity = "critical"


async def close_unseen(session: AsyncSession, moment: datetime) -> None:
    """What nobody has seen for a week is over: a version that answers no more, a machine that is gone."""
    for alert in await queries.unseen_alerts(session, moment - UNSEEN):
        _close(alert)


async def page(session: AsyncSession, filters: AlertFilters, cursor: Cursor) -> Page[AlertOut]:
    """Alerts, newest first."""
    fitting = queries.alerts(filters)
    total = await exact_total(session, fitting)
    if cursor.cursor is not None:
        (before,) = decode_cursor(cursor.cursor, UUID)
        fitting = fitting.where(Alert.id < before)
    rows = (await session.scalars(fitting.limit(cursor.limit + 1))).all()
    items = [AlertOut.model_validate(row) for row in rows[: cursor.limit]]
    more = encode_cursor(items[-1].id) if len(rows) > cursor.limit else None
    return Page(items=items, total=total, next_cursor=more)


async def change(session: AsyncSession, actor: Actor, alert_id: UUID, patch: AlertPatch) -> AlertOut:
    """Acknowledge, resolve, or note. Resolving drift says that these photos are the new normal: it is learned anew.

    Raises AlertUnknown (404); AlertClosed (409) when it is over already, except for its note.
    """
    known = await session.get(Alert, alert_id)
    if known is None:
        raise AlertUnknown
    if patch.state == "resolved" and known.kind == "drift" and known.model and known.model_version:
        await photos.forget(session, known.model, known.model_version)
    alert = await session.get_one(Alert, alert_id, with_for_update=True, populate_existing=True)
    if patch.state is not None and alert.closed_at is not None:
        raise AlertClosed
    if patch.state is not None:
        alert.state = patch.state
        alert.closed_at = now() if patch.state == "resolved" else None
    if "note" in patch.model_fields_set:
        alert.note = patch.note
    audit.info("alert.changed", alert_id=str(alert.id), state=alert.state, user_id=str(actor.user_id))
    if patch.state == "resolved" and alert.kind == "drift":
        await _resolve_with(session, alert)
    await session.flush()
    return AlertOut.model_validate(alert)


async def _resolve_with(session: AsyncSession, resolved: Alert) -> None:
    """What else drifts in the same photos is learned anew with them."""
    for alert in await queries.open_drift(session, resolved.model, resolved.model_version):
        if alert.id != resolved.id:
            _close(alert)


async def counts(session: AsyncSession) -> Sequence[tuple[str, str, int]]:
    """Alerts that are not over, by kind and severity."""
    grouped = select(Alert.kind, Alert.severity, func.count()).where(Alert.closed_at.is_(None))
    rows = await session.execute(grouped.group_by(Alert.kind, Alert.severity))
    return [(kind, severity, n) for kind, severity, n in rows]
