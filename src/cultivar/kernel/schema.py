"""The tables that this program expects, before it does anything else."""

from cultivar.kernel.database import Database
from cultivar.kernel.revision import SchemaBehind, head, stored
from cultivar.kernel.settings import Settings


async def prepare(db: Database, settings: Settings) -> None:
    """Embedded, bring the tables to this program's revision; elsewhere raise SchemaBehind unless they are there."""
    at, wanted = await stored(db), head()
    if at == wanted:
        return
    if not settings.embedded:
        raise SchemaBehind(
            f"The database is at revision {at or 'none'}, this program wants {wanted}: run `cultivar db upgrade`."
        )
    from cultivar.kernel import migrate  # noqa: PLC0415  only when there is something to do

    await migrate.upgrade(settings.database_url)
