"""The application with a network of a few numbers: it answers at once, by the photo's mean colour."""

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from cultivar.kernel import migrate
from cultivar.kernel.settings import Settings
from cultivar.packs.service import load_pack
from tests.conftest import DATABASES, new_database
from tests.support.app import Person, Served, served
from tests.support.logs import plain_log
from tests.support.network import write_model


@pytest.fixture(scope="module", params=DATABASES)
def quick(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    more = {}
    if request.param == "postgresql":
        more["database_url"] = asyncio.run(new_database(request.getfixturevalue("postgres")))
        asyncio.run(migrate.upgrade(more["database_url"]))
    packs = tmp_path_factory.mktemp("packs")
    folder = packs / "drawn"
    folder.mkdir()
    for file in ("pack.yaml", "labels.yaml"):
        shutil.copy(Settings().packs_dir / "drawn" / file, folder)
    write_model(load_pack(folder), folder)
    with served(tmp_path_factory.mktemp("data"), packs, **more) as running:
        yield running


@pytest.fixture(autouse=True)
def _log_of_every_level() -> None:
    """An application sets a higher one."""
    plain_log()


@pytest.fixture
def expert(quick: Served) -> Iterator[Person]:
    person = quick.expert()
    yield person
    person.http.close()
