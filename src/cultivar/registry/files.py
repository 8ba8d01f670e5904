"""A model's files, `model.json`, its weights and perhaps a card: in storage for good, on this machine to be opened."""

import hashlib
import os
from asyncio import to_thread
from pathlib import Path
from tempfile import mkdtemp

from cultivar.kernel.storage import Storage
from cultivar.registry.errors import ModelFaulty
from cultivar.vision.manifest import Manifest, read_manifest
from cultivar.vision.runtime.models import read_weights

MANIFEST, CARD = "model.json", "CARD.md"


def identity(folder: Path) -> str:
    """SHA-256 of `model.json`. It holds that of the weights, so it stands for both."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def prefix(model: str, sha256: str) -> str:
    """Where the files of a model with this identity lie in storage."""
    return f"models/{model}/{sha256}/"


def needed(manifest: Manifest) -> tuple[str, ...]:
    """The files that lie beside `model.json`, without the card."""
    return (manifest.file, manifest.finder.file) if manifest.finder else (manifest.file,)


async def deposit(storage: Storage, folder: Path, manifest: Manifest) -> None:
    """Copy a model folder into storage; what is there stays. The manifest comes last and seals the rest.

    Raises BadManifest, and stores nothing, when weights are not those of the manifest.
    """
    found = await to_thread(_sound, folder, manifest)
    place = prefix(manifest.pack, hashlib.sha256(found[MANIFEST]).hexdigest())
    for name, data in found.items():
        if not await storage.exists(place + name):
            await storage.put(place + name, data, _TYPES.get(name, "application/octet-stream"))


_TYPES = {MANIFEST: "application/json", CARD: "text/markdown"}


def _sound(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """Every file by its name, the manifest last."""
    described = (manifest, manifest.finder) if manifest.finder else (manifest,)
    found = {one.file: read_weights(one, folder) for one in described}
    if (folder / CARD).is_file():
        found[CARD] = (folder / CARD).read_bytes()
    return found | {MANIFEST: (folder / MANIFEST).read_bytes()}


async def fetch(storage: Storage, model: str, sha256: str, cache: Path) -> Path:
    """The folder of `cache` that holds the model, filled from storage if need be; ModelFaulty if the hash is another.

    Two processes may fetch at once: each fills a folder of its own, and the first to finish gives it its name.
    """
    folder, place = cache / sha256, prefix(model, sha256)
    if await to_thread((folder / MANIFEST).is_file):
        return folder
    draft = await to_thread(_draft, cache)
    await to_thread(_write, draft / MANIFEST, await storage.get(place + MANIFEST))
    if await to_thread(identity, draft) != sha256:
        raise ModelFaulty(f"{place}{MANIFEST} in storage is not what was put there")
    card = [CARD] if await storage.exists(place + CARD) else []
    for name in (*needed(read_manifest(draft / MANIFEST)), *card):
        await to_thread(_write, draft / name, await storage.get(place + name))
    await to_thread(_name, draft, folder)
    return folder


def _draft(cache: Path) -> Path:
    cache.mkdir(parents=True, exist_ok=True)
    return Path(mkdtemp(prefix=".draft-", dir=cache))


def _write(path: Path, data: bytes) -> None:
    """On the disk before the folder gets its name: a power cut leaves no named folder with half a file."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _name(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not (folder / MANIFEST).is_file():
            raise
        for left in draft.iterdir():
            left.unlink()
        draft.rmdir()
