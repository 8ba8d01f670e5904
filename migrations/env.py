"""Alembic's entry; the connection, its transaction and its lock come from `cultivar.kernel.migrate`."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

from cultivar.kernel.database import Base, UtcDateTime


def render_item(kind: str, item: Any, _: AutogenContext) -> str | bool:
    """Migrations stand alone: they name SQLAlchemy's types, not ours, which may change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
    render_item=render_item,
)
context.run_migrations()
