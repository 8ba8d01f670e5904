from pathlib import Path

import pytest

from cultivar.vision.runtime.machine import Wish, plan, usable_cores

CPU = ("CPUExecutionProvider",)
GPU = ("CUDAExecutionProvider", "CPUExecutionProvider")


def test_a_plain_machine_decodes_and_judges_on_every_core_one_thread_each() -> None:
    chosen = plan(Wish(), 4, CPU)
    assert (chosen.provider, chosen.execution) == ("onnxruntime", CPU)
    assert (chosen.decoders, chosen.lanes, chosen.threads, chosen.batch) == (4, 4, 1, 1)


def test_an_accelerator_is_used_first_and_gets_batches() -> None:
    chosen = plan(Wish(), 4, ("AzureExecutionProvider", *GPU))
    assert chosen.execution == GPU
    assert chosen.batch > 1


def test_what_is_wished_is_done() -> None:
    wish = Wish(provider="openvino", decoders=3, lanes=5, threads=2, batch=7)
    chosen = plan(wish, 4, GPU)
    assert chosen.provider == "openvino"
    assert (chosen.decoders, chosen.lanes, chosen.threads, chosen.batch) == (3, 5, 2, 7)


@pytest.mark.parametrize(
    ("quota", "cores"), [("50000 100000", 1), ("100000 100000", 1), ("max 100000", None), ("nonsense", None)]
)
def test_a_container_s_quota_counts(tmp_path: Path, quota: str, cores: int | None) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    free = usable_cores(tmp_path / "absent")
    assert free >= 1
    assert usable_cores(file) == (cores or free)
