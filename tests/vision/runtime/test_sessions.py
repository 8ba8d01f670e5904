import threading

import numpy as np
import pytest

from cultivar.vision.errors import BadManifest
from cultivar.vision.runtime.machine import Plan, Provider, Wish, plan
from cultivar.vision.runtime.sessions import ModelSession, Port, available_providers, open_session
from tests.vision.graphs import SIDE, WIDTHS, graph

PROVIDERS: tuple[Provider, ...] = ("onnxruntime", "openvino")


def planned(provider: Provider) -> Plan:
    return plan(Wish(provider), 2, ("CPUExecutionProvider",))


@pytest.fixture(params=PROVIDERS)
def session(request: pytest.FixtureRequest) -> ModelSession:
    if request.param == "openvino":
        pytest.importorskip("openvino", reason="install the extra `openvino`")
    return open_session(graph(), planned(request.param))


def batch(photos: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (photos, SIDE, SIDE, 3), dtype=np.uint8)


def test_ports_say_what_the_graph_takes_and_gives(session: ModelSession) -> None:
    assert session.inputs == (Port("image", "uint8", (None, SIDE, SIDE, 3)),)
    assert {port.name: port.shape[1:] for port in session.outputs} == {
        **{name: (width,) for name, width in WIDTHS.items()},
        "strangeness": (),
    }


@pytest.mark.parametrize("photos", [1, 3])
def test_outputs_are_what_the_graph_computes(session: ModelSession, photos: int) -> None:
    pixels = batch(photos)
    outputs = session.run(pixels)
    colour = pixels.mean(axis=(1, 2))
    assert outputs["plant"] == pytest.approx(colour * 0.1, rel=1e-4)
    assert outputs["strangeness"] == pytest.approx(colour.sum(axis=1) / 750, rel=1e-4)
    assert all(values.dtype == np.float32 for values in outputs.values())


def test_threads_do_not_disturb_each_other(session: ModelSession) -> None:
    alone = [session.run(batch(1, seed))["plant"] for seed in range(8)]
    together: dict[int, np.ndarray] = {}

    def work(seed: int) -> None:
        for _ in range(20):
            together[seed] = session.run(batch(1, seed))["plant"]

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(together[seed], alone[seed]) for seed in range(8))


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", graph()[:100]])
def test_what_is_no_graph_is_a_bad_manifest(rubbish: bytes) -> None:
    with pytest.raises(BadManifest, match="cannot be loaded"):
        open_session(rubbish, planned("onnxruntime"))


def test_there_is_always_a_cpu() -> None:
    assert "CPUExecutionProvider" in available_providers()
