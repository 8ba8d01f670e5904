"""A model's folder (`model.json` and its weights) to networks that are ready, or a reason why not."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.decode import Beside
from cultivar.vision.errors import BadManifest
from cultivar.vision.geometry import place
from cultivar.vision.manifest import Boxes, Input, Manifest, read_manifest
from cultivar.vision.runtime.machine import Plan
from cultivar.vision.runtime.sessions import Batch, ModelSession, Outputs, open_session
from cultivar.vision.tasks.classify import classify
from cultivar.vision.tasks.detect import find
from cultivar.vision.tasks.layouts import layout_shape

Shape = tuple[int | None, ...]
"""None is free."""


class Weights(Protocol):
    """The part of a manifest, or of its finder, that names a file."""

    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """One graph. `most`: photos in one call of it, which is 1 where the graph was made for one."""

    taken: Input
    session: ModelSession
    most: int = 1

    def run(self, pixels: NDArray[np.uint8]) -> Outputs:
        """Outputs by name for uint8 (n, height, width, 3), n >= 1, in as many calls as it takes."""
        given = network_input(self.taken, pixels)
        if len(given) <= self.most:
            return self.session.run(given)
        parts = [self.session.run(given[at : at + self.most]) for at in range(0, len(given), self.most)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """Networks that have answered once. `beside`: what decoding gives them beside the first one's input."""

    manifest: Manifest
    network: Network
    finder: Network | None
    beside: Beside


def load_model(folder: Path, plan: Plan) -> LoadedModel:
    """Read, verify and warm up; slow, so never call it on an event loop.

    Raises BadManifest when the manifest, a file's hash, a graph or its first answer is not as promised.
    """
    manifest = read_manifest(folder / "model.json")
    network = open_network(manifest.input, read_weights(manifest, folder), plan, outputs_read(manifest))
    try_out(manifest, network, plan.batch)
    finder = None
    if manifest.finder:
        found = manifest.finder
        finder = open_network(found.input, read_weights(found, folder), plan, boxes_read(found.boxes))
        for photos, outputs in _first_answers(finder, plan.batch):
            check_boxes(found.boxes, found.input, photos, outputs)
    beside = Beside(manifest.finder.input if manifest.finder else None, manifest.tiling, manifest.view_side)
    return LoadedModel(manifest, network, finder, beside)


def read_weights(weights: Weights, folder: Path) -> bytes:
    """The very bytes that the manifest's hash is of. Raises BadManifest."""
    path = folder / weights.file
    if Path(weights.file).name != weights.file:
        raise BadManifest(f"{weights.file!r} is not a file beside the manifest.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadManifest(f"{path} cannot be read: {error.strerror}") from error
    if len(content) != weights.size_bytes or hashlib.sha256(content).hexdigest() != weights.sha256:
        raise BadManifest(f"{path} is not the file that the manifest describes: its size or SHA-256 differs.")
    return content


def open_network(taken: Input, weights: bytes, plan: Plan, outputs: set[str]) -> Network:
    """A graph whose input is as promised, and which has the outputs. Raises BadManifest."""
    session = open_session(weights, plan)
    shape = (taken.height, taken.width, 3) if taken.dtype == "uint8" else (3, taken.height, taken.width)
    ports = [(port.name, port.dtype) for port in session.inputs]
    if ports != [(taken.name, taken.dtype)]:
        raise BadManifest(f"The graph takes {ports}, the manifest gives {taken.name!r} as {taken.dtype}.")
    batch, *rest = session.inputs[0].shape
    if batch not in {None, 1} or not matches(tuple(rest), shape):
        raise BadManifest(f"The graph takes {session.inputs[0].shape}, the manifest gives (1 or any, {shape}).")
    given = {port.name for port in session.outputs}
    if missing := outputs - given:
        raise BadManifest(f"The graph has no output {sorted(missing)}; it has {sorted(given)}.")
    return Network(taken, session, 1 if batch == 1 else max(1, plan.batch))


def try_out(manifest: Manifest, network: Network, batch: int) -> None:
    """Run it on one photo and on a full batch: shapes as promised, numbers finite. Raises BadManifest."""
    shapes: dict[str, Shape] = {head.output: (len(head.labels),) for head in manifest.heads}
    if manifest.joint:
        shapes[manifest.joint.output] = (len(manifest.classes) + len(manifest.joint.rejects),)
    shapes |= {rule.output: () for rule in manifest.refusals if rule.output}
    for photos, outputs in _first_answers(network, batch):
        check_outputs(photos, outputs, shapes)
        if manifest.boxes:
            check_boxes(manifest.boxes, network.taken, photos, outputs)
        else:
            classify(manifest, outputs, [False] * photos)


def check_boxes(spec: Boxes, taken: Input, photos: int, outputs: Outputs) -> None:
    """A detector's outputs are as its layout has them, and can be read. Raises BadManifest."""
    masks: Shape = outputs[spec.prototypes].shape[1:] if spec.prototypes else (0,)
    shapes: dict[str, Shape] = {spec.output: layout_shape(spec, taken, next(iter(masks), 0) or 0)}
    if spec.prototypes:
        shapes[spec.prototypes] = (None, None, None)
    check_outputs(photos, outputs, shapes)
    find(spec, taken, [place(taken, taken.width, taken.height)], outputs)


def check_outputs(photos: int, outputs: Outputs, shapes: dict[str, Shape]) -> None:
    """Raises BadManifest."""
    for name, shape in shapes.items():
        values = outputs[name]
        if not matches(values.shape, (photos, *shape)) or not np.isfinite(values).all():
            raise BadManifest(f"Output {name!r} is {values.shape} or not finite; (n, {shape}) is promised.")


def outputs_read(manifest: Manifest) -> set[str]:
    """Names of all outputs that serving reads."""
    names = {head.output for head in manifest.heads} | {rule.output for rule in manifest.refusals if rule.output}
    if manifest.joint:
        names.add(manifest.joint.output)
    return names | (boxes_read(manifest.boxes) if manifest.boxes else set())


def boxes_read(spec: Boxes) -> set[str]:
    return {spec.output, spec.prototypes} if spec.prototypes else {spec.output}


def matches(given: tuple[int | None, ...], wanted: Shape) -> bool:
    """Whether two shapes agree where neither is free."""
    return len(given) == len(wanted) and all(
        one is None or other is None or one == other for one, other in zip(given, wanted, strict=True)
    )


def network_input(taken: Input, pixels: NDArray[np.uint8]) -> Batch:
    """uint8 NHWC as it is, or normalised float32 NCHW; channels in the order that the network wants."""
    ordered = pixels[..., ::-1] if taken.channels == "bgr" else pixels
    if taken.dtype == "uint8":
        return np.ascontiguousarray(ordered)
    mean, std = np.asarray(taken.mean, np.float32), np.asarray(taken.std, np.float32)
    scaled = ((ordered.astype(np.float32) / 255 - mean) / std).astype(np.float32, copy=False)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def _first_answers(network: Network, batch: int) -> list[tuple[int, Outputs]]:
    """Of one grey photo, and of a full batch where the graph takes one; each with its number of photos."""
    size = (network.taken.height, network.taken.width, 3)
    photos = (1,) if network.session.inputs[0].shape[0] == 1 else (1, max(2, batch))
    return [(n, network.session.run(network_input(network.taken, np.full((n, *size), 127, np.uint8)))) for n in photos]
