"""A model's two files, `model.json` and the weights: in storage for good, on this machine to be opened."""

import hashlib
import os
from asyncio import to_thread
from pathlib import Path
from tempfile import mkdtemp

from cultivar.kernel.storage import Storage
from cultivar.registry.errors import ModelFaulty
from cultivar.vision.manifest import Manifest, read_manifest
from cultivar.vision.runtime.models import read_weights

MANIFEST = "model.json"


def identity(folder: Path) -> str:
    """SHA-256 of `model.json`. It holds that of the weights, so it stands for both."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def prefix(model: str, sha256: str) -> str:
    """Where the files of a model with this identity lie in storage."""
    return f"models/{model}/{sha256}/"


async def deposit(storage: Storage, folder: Path, manifest: Manifest) -> None:
    """Copy a model folder into storage; what is there stays. The manifest comes last and seals the rest.

    Raises BadManifest, and stores nothing, when the weights are not those of the manifest.
    """
    weights, sealed = await to_thread(_sound, folder, manifest)
    place = prefix(manifest.pack, hashlib.sha256(sealed).hexdigest())
    for name, data, content_type in (
        (manifest.file, weights, "application/octet-stream"),
        (MANIFEST, sealed, "application/json"),
    ):
        if not await storage.exists(place + name):
            await storage.put(place + name, data, content_type)


def _sound(folder: Path, manifest: Manifest) -> tuple[bytes, bytes]:
    return read_weights(manifest, folder), (folder / MANIFEST).read_bytes()


async def fetch(storage: Storage, model: str, sha256: str, cache: Path) -> Path:
    """The folder of `cache` that holds the model, filled from storage if need be; ModelFaulty if the hash is another.

    Two processes may fetch at once: each fills a folder of its own, and the first to finish gives it its name.
    """
    folder = cache / sha256
    if await to_thread((folder / MANIFEST).is_file):
        return folder
    draft = await to_thread(_draft, cache)
    await to_thread(_write, draft / MANIFEST, await storage.get(prefix(model, sha256) + MANIFEST))
    if await to_thread(identity, draft) != sha256:
        raise ModelFaulty(f"{prefix(model, sha256)}{MANIFEST} in storage is not what was put there")
    weights = read_manifest(draft / MANIFEST).file
    await to_thread(_write, draft / weights, await storage.get(prefix(model, sha256) + weights))
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
