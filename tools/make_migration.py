"""Write the migration from the newest revision to the tables as they are in the code: `make_migration.py "Add x"`.

Read what it wrote before committing it: a rename looks like a removal and an addition.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command

from cultivar.kernel import migrate


async def main(message: str) -> None:
    """Bring a fresh database to the newest revision and compare it with the code."""
    count = sum(1 for _ in (migrate.scripts() / "versions").glob("[0-9]*.py"))
    migrate.load_tables()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'scratch.db'}"
        await migrate.upgrade(url)
        await migrate.run(
            url, lambda config: command.revision(config, message, autogenerate=True, rev_id=f"{count + 1:04}")
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
