"""Drift on a stream of real photos: what darkens, blurs or changes its classes is seen; what does not is not."""

import io
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random
from uuid import UUID

import onnxruntime
import pytest
from PIL import Image, ImageFilter

from cultivar.monitoring import drift, view
from cultivar.monitoring.drift import State, add, seen_in
from cultivar.predictions.events import PhotoLooks, PredictionMade
from cultivar.vision.decode import see
from cultivar.vision.manifest import Manifest, read_manifest
from cultivar.vision.quality import unusable
from cultivar.vision.tasks.classify import classify
from tests.monitoring.streams import AT
from tests.support.material import ROOT, at_hand, photos

PACK = ROOT / "packs" / "plant-health"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not at_hand("plant_leaves.tar"), reason="the photos are not at hand"),
    pytest.mark.skipif(not (PACK / "model.onnx").is_file(), reason="the model is not at hand"),
]
LEAST = 0.25
Bins = dict[str, str]
Change = Callable[[Image.Image], Image.Image]


class Eye:
    """Photos as the server sees them, and the model's word on each."""

    def __init__(self) -> None:
        self.manifest: Manifest = read_manifest(PACK / "model.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(PACK / "model.onnx", options, providers=["CPUExecutionProvider"])
        self._names = [output.name for output in self._session.get_outputs()]

    def bins(self, data: bytes) -> Bins:
        sight = see(data, self.manifest.input)
        rows = self._session.run(self._names, {self.manifest.input.name: sight.pixels[None]})
        quality = sight.quality
        said = classify(self.manifest, dict(zip(self._names, rows, strict=True)), [unusable(quality)])[0]
        scores = (quality.sharpness, quality.exposure, quality.score, quality.raw_sharpness, quality.brightness)
        looks = PhotoLooks(*scores, min(sight.facts.width, sight.facts.height))
        known = (said.class_name, said.confidence, said.refusal)
        (found,) = seen_in(PredictionMade(UUID(int=1), None, "plant-health", "1", *known, 1.0, AT, photos=(looks,)))
        return found


def changed(data: bytes, change: Change) -> bytes:
    out = io.BytesIO()
    change(Image.open(io.BytesIO(data)).convert("RGB")).save(out, "JPEG", quality=90)
    return out.getvalue()


CHANGES: dict[str, Change] = {
    "darker": lambda image: image.point(lambda value: int(value * 0.6)),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(1.5)),
}


@pytest.fixture(scope="module")
def eye() -> Eye:
    return Eye()


@pytest.fixture(scope="module")
def found() -> list[tuple[str, bytes]]:
    """Every third photo of val, so that all labels are there."""
    return list(islice(photos("plant_leaves.tar", "val"), 0, None, 3))


@pytest.fixture(scope="module")
def usual(eye: Eye, found: Sequence[tuple[str, bytes]]) -> list[tuple[str, Bins]]:
    return [(label, eye.bins(data)) for label, data in found]


@pytest.fixture(scope="module")
def altered(eye: Eye, found: Sequence[tuple[str, bytes]]) -> dict[str, list[Bins]]:
    """Some of the photos after each change."""
    return {name: [eye.bins(changed(data, by)) for _, data in found[::4]] for name, by in CHANGES.items()}


def drawn(of: Sequence[Bins], n: int, seed: int) -> list[Bins]:
    return Random(seed).choices(of, k=n)


def first_drift(state: State, stream: Sequence[Bins]) -> int | None:
    for start in range(0, len(stream), drift.STEP):
        add(state, stream[start : start + drift.STEP], least=LEAST)
        if state.drifting:
            return start + drift.STEP
    return None


@pytest.mark.parametrize("seed", range(3))
def test_three_thousand_unchanged_photos_raise_nothing(usual: list[tuple[str, Bins]], seed: int) -> None:
    assert first_drift(State(), drawn([bins for _, bins in usual], 3000, seed)) is None


@pytest.mark.parametrize("name", CHANGES)
def test_a_stream_that_darkens_or_blurs_is_seen_within_three_hundred_photos(
    usual: list[tuple[str, Bins]], altered: dict[str, list[Bins]], name: str
) -> None:
    for before in (200, 600):
        state = State()
        assert first_drift(state, drawn([bins for _, bins in usual], before, before)) is None
        assert first_drift(state, drawn(altered[name], 300, before)) is not None


@pytest.mark.parametrize("kept", ["Tomato", "Apple"])
def test_a_stream_that_comes_to_one_plant_is_seen_within_three_hundred_photos(
    usual: list[tuple[str, Bins]], kept: str
) -> None:
    state = State()
    assert first_drift(state, drawn([bins for _, bins in usual], 400, 7)) is None
    assert first_drift(state, drawn([bins for label, bins in usual if label.startswith(kept)], 300, 7)) is not None
    assert state.signals[drift.CLASSES].drifting


def test_val_photos_are_much_like_the_reference_and_dark_ones_are_not(
    eye: Eye, usual: list[tuple[str, Bins]], altered: dict[str, list[Bins]]
) -> None:
    """The reference also holds photos from the field, so the two are not the same."""
    index = {}
    for name, of in (("usual", [bins for _, bins in usual]), ("dark", altered["darker"])):
        state = State()
        add(state, drawn(of, 200, 1), least=LEAST)
        features = view.drift_out("plant-health", "1", AT, state, eye.manifest.reference, {}).features
        reference = features["brightness"].reference
        assert reference is not None
        index[name] = reference.psi
    assert index["usual"] < 0.25 < index["dark"]
