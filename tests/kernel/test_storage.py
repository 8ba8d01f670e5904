"""The promises of a storage, on a folder and on a real S3 service."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cultivar.kernel.clock import now
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import ObjectMissing, Storage, StorageUnavailable, Stored, media_type
from tests.support.processes import free_ports
from tests.support.servers import s3_settings

JPEG = "image/jpeg"


async def keys(storage: Storage, prefix: str = "") -> set[str]:
    return {found.key async for found in storage.list(prefix)}


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def gathered(storage: Storage, key: str) -> bytes:
    return b"".join([piece async for piece in storage.get_stream(key)])


@pytest.mark.parametrize("size", [0, 1, 100_000, 12_000_000])
async def test_what_is_put_comes_back(storage: Storage, size: int) -> None:
    data = os.urandom(size)
    await storage.put("photos/a.jpg", data, JPEG)
    assert await storage.get("photos/a.jpg") == data
    assert await gathered(storage, "photos/a.jpg") == data


async def test_a_second_put_takes_the_place_of_the_first(storage: Storage) -> None:
    await storage.put("a", b"longer than", JPEG)
    await storage.put("a", b"this", JPEG)
    assert await storage.get("a") == b"this"


async def test_a_stream_comes_back_whole(storage: Storage) -> None:
    parts = [os.urandom(3_000_000) for _ in range(5)]
    await storage.put_stream("big", pieces(*parts), "application/zip")
    assert await gathered(storage, "big") == b"".join(parts)


async def test_a_stream_that_fails_leaves_what_was_there(storage: Storage) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(6_000_000)
        raise ValueError("the source is gone")

    await storage.put("old", b"old", JPEG)
    for key in ("old", "new"):
        with pytest.raises(Exception, match="the source is gone"):
            await storage.put_stream(key, broken(), JPEG)
    assert await storage.get("old") == b"old"
    assert await keys(storage) == {"old"}


async def test_what_is_not_there_is_missing(storage: Storage) -> None:
    assert not await storage.exists("a/b")
    with pytest.raises(ObjectMissing):
        await storage.get("a/b")
    with pytest.raises(ObjectMissing):
        await gathered(storage, "a/b")


async def test_deleting_twice_is_deleting_once(storage: Storage) -> None:
    await storage.put("a/b", b"x", JPEG)
    assert await storage.exists("a/b")
    for _ in range(2):
        await storage.delete("a/b")
    assert not await storage.exists("a/b")


async def test_a_list_holds_whole_segments_of_its_prefix(storage: Storage) -> None:
    for key in ("photos/1", "photos/2/3", "photoshop", "models/1"):
        await storage.put(key, b"four", JPEG)
    assert await keys(storage, "photos") == await keys(storage, "photos/") == {"photos/1", "photos/2/3"}
    assert await keys(storage) == {"photos/1", "photos/2/3", "photoshop", "models/1"}
    assert await keys(storage, "nothing") == set()


async def test_a_list_tells_size_and_time(storage: Storage) -> None:
    await storage.put("a", b"four", JPEG)
    (found,) = [each async for each in storage.list()]
    assert found == Stored("a", 4, found.modified)
    assert abs(found.modified - now()) < timedelta(minutes=1)


async def test_a_long_list_is_whole(storage: Storage) -> None:
    wanted = {f"many/{index:03}" for index in range(120)}
    for key in wanted:
        await storage.put(key, b"", JPEG)
    assert await keys(storage, "many") == wanted


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.b",
        "a b",
        "é",
        "a\nb",
        "a\x00",
        "a#1",
        "a" * 513,
    ],
)
async def test_a_key_is_a_path_of_plain_segments(storage: Storage, key: str) -> None:
    with pytest.raises(ObjectMissing):
        await storage.put(key, b"x", JPEG)
    with pytest.raises(ObjectMissing):
        await storage.get(key)
    with pytest.raises(ObjectMissing):
        storage.sign(key)
    assert await keys(storage) == set()


async def test_an_answering_storage_answers(storage: Storage) -> None:
    await storage.ping()
    assert await keys(storage) == set()


async def test_a_folder_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    storage = Storage.open(Settings(data_dir=tmp_path))
    (tmp_path / "objects").rmdir()
    (tmp_path / "objects").write_text("a file in its place")
    with pytest.raises(StorageUnavailable):
        await storage.put("a/b", b"x", JPEG)
    with pytest.raises(StorageUnavailable):
        await storage.ping()


async def test_a_bucket_that_is_away_is_unavailable(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    away = {"s3_endpoint": f"http://127.0.0.1:{port}", "s3_access_key": "k", "s3_secret_key": "s"}
    storage = Storage.open(Settings(data_dir=tmp_path, storage_url="s3://none", **away))
    with pytest.raises(StorageUnavailable):
        await storage.ping()
    with pytest.raises(StorageUnavailable):
        await storage.put("a", b"x", JPEG)


def test_other_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="s3://bucket or a folder"):
        Storage.open(Settings(data_dir=tmp_path, storage_url="ftp://x"))


@pytest.mark.slow
async def test_a_link_into_a_bucket_opens_without_header_and_only_unchanged(bucket: Storage) -> None:
    await bucket.put("photos/a.jpg", b"leaf", JPEG)
    link = bucket.sign("photos/a.jpg", seconds=60)
    async with httpx.AsyncClient() as http:
        answer = await http.get(link)
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"leaf", JPEG)
        assert (await http.get(link.replace("a.jpg", "b.jpg"))).status_code == 403
        assert (await http.get(link[:-1] + ("0" if link[-1] != "0" else "1"))).status_code == 403
        assert (await http.get(link.partition("?")[0])).status_code == 403


@pytest.mark.slow
async def test_a_link_into_a_bucket_ends(bucket: Storage) -> None:
    await bucket.put("a", b"leaf", JPEG)
    async with httpx.AsyncClient() as http:
        assert (await http.get(bucket.sign("a", seconds=0))).status_code == 403


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Storage:
    return Storage.open(s3_settings(s3, tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Storage:
    return Storage.open(Settings(data_dir=tmp_path))


def opened(storage: Storage, link: str, **changed: str) -> Path:
    """What the address of a link opens, after some change of it."""
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    key = changed.get("key", parts.path.removeprefix("/files/"))
    return storage.verify(key, int(query["expires"]), query["signature"])


async def test_a_link_into_a_folder_opens_its_file(folder: Storage) -> None:
    await folder.put("photos/a.jpg", b"leaf", JPEG)
    assert opened(folder, folder.sign("photos/a.jpg")).read_bytes() == b"leaf"


async def test_a_link_that_was_changed_or_has_ended_opens_nothing(folder: Storage) -> None:
    await folder.put("a", b"leaf", JPEG)
    link = folder.sign("a", seconds=60)
    later = str(int(now().timestamp()) + 9999)
    for changed in ({"key": "b"}, {"expires": later}, {"signature": "0" * 64}, {"signature": "ü"}, {"signature": ""}):
        with pytest.raises(ObjectMissing):
            opened(folder, link, **changed)
    with pytest.raises(ObjectMissing):
        opened(folder, folder.sign("a", seconds=-1))


async def test_links_of_another_installation_open_nothing(folder: Storage, tmp_path: Path) -> None:
    other = Storage.open(Settings(data_dir=tmp_path / "other", storage_url=str(tmp_path / "objects")))
    with pytest.raises(ObjectMissing):
        opened(folder, other.sign("a"))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(max_size=40), expires=st.integers(), signature=st.text(max_size=70))
def test_no_guess_opens_a_file(folder: Storage, key: str, expires: int, signature: str) -> None:
    with pytest.raises(ObjectMissing):
        folder.verify(key, expires, signature)


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_is_deleted_while_it_is_made_lasting_was_put_and_then_deleted(
    folder: Storage, monkeypatch: pytest.MonkeyPatch, streamed: bool
) -> None:
    settle = folder._settle

    async def delete_beside(key: str) -> None:
        await folder.delete(key)
        await settle(key)

    monkeypatch.setattr(folder, "_settle", delete_beside)
    if streamed:
        await folder.put_stream("photos/a.jpg", pieces(b"x"), JPEG)
    else:
        await folder.put("photos/a.jpg", b"x", JPEG)
    assert not await folder.exists("photos/a.jpg")


def test_the_type_of_a_file_is_in_its_name() -> None:
    assert media_type("photos/a.jpg") == "image/jpeg"
    assert media_type("a.webp") == "image/webp"
    assert media_type("thing") == "application/octet-stream"


async def test_what_a_crash_left_is_never_listed_and_swept_once_it_is_old(folder: Storage, tmp_path: Path) -> None:
    await folder.put("photos/a.jpg", b"leaf", JPEG)
    for name in ("a.jpg#1", "b.jpg#12"):
        (tmp_path / "objects" / "photos" / name).write_bytes(b"le")
    assert await keys(folder) == {"photos/a.jpg"}
    assert await folder.sweep(now() - timedelta(hours=1)) == 0
    assert await folder.sweep(now() + timedelta(hours=1)) == 2
    assert await folder.get("photos/a.jpg") == b"leaf"
    assert len(list((tmp_path / "objects" / "photos").iterdir())) == 1
