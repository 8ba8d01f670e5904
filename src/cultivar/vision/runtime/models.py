"""A model's folder (`model.json` and its weights) to a network that is ready, or a reason why not."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.errors import BadManifest
from cultivar.vision.manifest import Input, Manifest, read_manifest
from cultivar.vision.runtime.machine import Plan
from cultivar.vision.runtime.sessions import Batch, ModelSession, Outputs, open_session
from cultivar.vision.tasks.classify import classify


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A network that has answered once."""

    manifest: Manifest
    session: ModelSession

    def run(self, pixels: NDArray[np.uint8]) -> Outputs:
        """Outputs by name for uint8 (photos, height, width, 3)."""
        return self.session.run(network_input(self.manifest.input, pixels))


def load_model(folder: Path, plan: Plan) -> LoadedModel:
    """Read, verify and warm up; slow, so never call it on an event loop.

    Raises BadManifest when the manifest, the weights' hash, the graph or its first answer is not as promised.
    """
    manifest = read_manifest(folder / "model.json")
    model = LoadedModel(manifest, open_session(read_weights(manifest, folder), plan))
    check_graph(model)
    try_out(model, plan.batch)
    return model


def read_weights(manifest: Manifest, folder: Path) -> bytes:
    """The very bytes that the manifest's hash is of. Raises BadManifest."""
    path = folder / manifest.file
    if Path(manifest.file).name != manifest.file:
        raise BadManifest(f"{manifest.file!r} is not a file beside the manifest.")
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise BadManifest(f"{path} cannot be read: {error.strerror}") from error
    if len(weights) != manifest.size_bytes or hashlib.sha256(weights).hexdigest() != manifest.sha256:
        raise BadManifest(f"{path} is not the file that the manifest describes: its size or SHA-256 differs.")
    return weights


def check_graph(model: LoadedModel) -> None:
    """The graph's input and outputs are those of the manifest. Raises BadManifest."""
    manifest, session = model.manifest, model.session
    taken = manifest.input
    shape = (taken.height, taken.width, 3) if taken.dtype == "uint8" else (3, taken.height, taken.width)
    ports = [(port.name, port.dtype) for port in session.inputs]
    if ports != [(taken.name, taken.dtype)]:
        raise BadManifest(f"The graph takes {ports}, the manifest gives {taken.name!r} as {taken.dtype}.")
    batch, *rest = session.inputs[0].shape
    if batch is not None or any(free not in {None, size} for free, size in zip(rest, shape, strict=True)):
        raise BadManifest(f"The graph takes {session.inputs[0].shape}, the manifest gives (any, {shape}).")
    given = {port.name for port in session.outputs}
    if missing := set(promised(manifest)) - given:
        raise BadManifest(f"The graph has no output {sorted(missing)}; it has {sorted(given)}.")


def try_out(model: LoadedModel, batch: int) -> None:
    """Run it twice, on one photo and on a full batch: shapes as promised, numbers finite. Raises BadManifest."""
    size = (model.manifest.input.height, model.manifest.input.width, 3)
    for photos in (1, max(2, batch)):
        outputs = model.run(np.full((photos, *size), 127, np.uint8))
        for name, shape in promised(model.manifest).items():
            if outputs[name].shape != (photos, *shape) or not np.isfinite(outputs[name]).all():
                raise BadManifest(f"Output {name!r} is {outputs[name].shape} or not finite; (n, {shape}) is promised.")
        classify(model.manifest, outputs, [False] * photos)


def promised(manifest: Manifest) -> dict[str, tuple[int, ...]]:
    """Every output that serving reads, with its shape after the photos' axis."""
    shapes: dict[str, tuple[int, ...]] = {head.output: (len(head.labels),) for head in manifest.heads}
    if manifest.joint:
        shapes[manifest.joint.output] = (len(manifest.classes) + len(manifest.joint.rejects),)
    return shapes | {rule.output: () for rule in manifest.refusals if rule.output}


def network_input(taken: Input, pixels: NDArray[np.uint8]) -> Batch:
    """uint8 NHWC as it is, or normalised float32 NCHW."""
    if taken.dtype == "uint8":
        return pixels
    mean, std = np.asarray(taken.mean, np.float32), np.asarray(taken.std, np.float32)
    scaled = ((pixels.astype(np.float32) / 255 - mean) / std).astype(np.float32, copy=False)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
