"""Whole runs of the trainer, as `cultivar train` starts them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from cultivar.packs.service import load_pack
from cultivar.trainer import interrupt
from cultivar.trainer.__main__ import main
from cultivar.trainer.errors import BadData
from cultivar.trainer.run import Order, install, read_data, run
from cultivar.vision.decode import look
from cultivar.vision.manifest import Manifest, read_manifest
from tests.support.photofile import jpeg
from tests.trainer.small import COLOURS, THING, photo, write_index, write_pack, write_photos

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("trainer-run")]
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
DEADLINE = 300


def command(pack: Path, data: Path, out: Path, *more: str) -> list[str]:
    given = ["--pack", str(pack), "--data", str(data), "--out", str(out)]
    return [sys.executable, "-m", "cultivar.trainer", *given, *more]


def start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    env = os.environ | ONE_THREAD
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def finished(arguments: Sequence[str]) -> tuple[int, str]:
    child = start(arguments)
    _, said = child.communicate(timeout=DEADLINE)
    return child.returncode, said


def stop_after_an_epoch(child: subprocess.Popen[str], out: Path, number: signal.Signals) -> str:
    """Send the signal once a checkpoint is there; what it had to say."""
    end = time.monotonic() + DEADLINE
    while not (out / "checkpoints" / "last.ckpt").is_file():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.02)
    child.send_signal(number)
    return child.communicate(timeout=DEADLINE)[1]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack that takes some epochs, its photos, and a run that nobody disturbed."""
    home = tmp_path_factory.mktemp("trainer")
    write_pack(home, stages=[{"size": 32, "epochs": 6}, {"size": 40, "epochs": 2}], test_sizes=[32, 40], mean_of=[5, 8])
    write_photos(home / "leaves")
    code, said = finished(command(home / "garden", home / "leaves", home / "whole"))
    assert code == 0, said
    return home


def test_a_run_leaves_a_model_that_knows_its_photos(place: Path) -> None:
    export = place / "whole" / "export"
    manifest = read_manifest(export / "model.json")
    known = manifest.metrics["all_known"]
    assert isinstance(known, dict)
    assert known["accuracy"]["rate"] > 0.9
    assert known["accuracy"]["n"] == 6 * len(COLOURS)
    assert known["refused"]["rate"] < 0.1  # serving decodes at an eighth of the size, which shifts a score a little
    assert manifest.size_bytes == (export / "model.onnx").stat().st_size
    assert float(str(manifest.training["parity"])) < 1e-3
    assert "Wilson" in (export / "CARD.md").read_text()


def test_the_graph_takes_any_number_of_photos_and_gives_what_the_manifest_says(place: Path) -> None:
    export = place / "whole" / "export"
    manifest = read_manifest(export / "model.json")
    session = onnxruntime.InferenceSession(export / "model.onnx", providers=["CPUExecutionProvider"])
    pixels = np.stack([look(jpeg(photo(label, 5000)), manifest.input) for label in COLOURS])
    widths = {head.output: len(head.labels) for head in manifest.heads} | {"joint": len(COLOURS) + 1}
    for count in (1, 3):
        rows = dict(
            zip([o.name for o in session.get_outputs()], session.run(None, {"image": pixels[:count]}), strict=True)
        )
        assert rows.pop("novelty").shape == (count,)
        assert {name: row.shape for name, row in rows.items()} == {name: (count, n) for name, n in widths.items()}


def test_what_is_no_plant_is_refused(place: Path) -> None:
    manifest = read_manifest(place / "whole" / "export" / "model.json")
    refused = manifest.metrics["refused"]
    assert isinstance(refused, dict)
    assert refused[THING]["rate"] == 1
    assert [(rule.code, rule.slots) for rule in manifest.refusals] == [("no_plant", (THING,)), ("unknown_crop", ())]


def test_the_report_holds_everything_itself(place: Path) -> None:
    text = (place / "whole" / "report.html").read_text()
    for name in (*COLOURS, "Risk and coverage", "Confusion", "border"):
        assert name in text
    assert text.count("data:image/png;base64,") >= 3
    assert 'src="http' not in text


def test_killed_and_started_again_it_ends_with_the_same_weights(place: Path) -> None:
    out = place / "killed"
    arguments = command(place / "garden", place / "leaves", out)
    stop_after_an_epoch(start(arguments), out, signal.SIGKILL)
    assert not (out / "weights.safetensors").exists()
    code, said = finished(arguments)
    assert code == 0, said
    assert "epoch 1/8" not in said
    assert (out / "weights.safetensors").read_bytes() == (place / "whole" / "weights.safetensors").read_bytes()


def test_asked_to_end_it_says_how_to_go_on(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "asked"
    write_pack(tmp_path, stages=[{"size": 32, "epochs": 500}])
    child = start(command(tmp_path / "garden", place / "leaves", out))
    said = stop_after_an_epoch(child, out, signal.SIGTERM)
    assert child.returncode == 130
    assert said.splitlines()[-1] == "cultivar: interrupted; the same command goes on from the last finished epoch"


def test_a_finished_run_does_only_what_is_missing(place: Path) -> None:
    pack = load_pack(place / "garden")
    order = Order(pack, (place / "leaves",), place / "whole", None, 0, progress=False)
    weights, model = place / "whole" / "weights.safetensors", place / "whole" / "export" / "model.onnx"
    before = weights.stat().st_mtime_ns, model.stat().st_mtime_ns
    run(order)
    assert (weights.stat().st_mtime_ns, model.stat().st_mtime_ns) == before
    was = (place / "whole" / "export" / "model.json").read_bytes()
    (place / "whole" / "export" / "model.json").unlink()
    run(order)
    assert weights.stat().st_mtime_ns == before[0]
    again = read_manifest(place / "whole" / "export" / "model.json")
    assert again.metrics == Manifest.model_validate_json(was).metrics


def test_a_folder_serves_one_order_only(place: Path) -> None:
    order = Order(load_pack(place / "garden"), (place / "leaves",), place / "whole", None, 1, progress=False)
    with pytest.raises(BadData, match="holds another run \\(seed differ"):
        run(order)


def test_a_model_is_installed_with_its_manifest(place: Path, tmp_path: Path) -> None:
    write_pack(tmp_path)
    pack = load_pack(tmp_path / "garden")
    assert pack.model_folder is None
    install(place / "whole" / "export", pack)
    there = load_pack(tmp_path / "garden")
    assert there.model_folder is not None
    assert read_manifest(there.model_folder / "model.json").pack == "garden"
    assert there.card is not None


def test_a_pack_that_is_not_valid_cannot_be_used(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupt, "listen", lambda: None)  # signals are the test session's
    write_pack(tmp_path)
    (tmp_path / "garden" / "pack.yaml").write_text("name: [", "utf-8")
    _python, _m, _module, *arguments = command(tmp_path / "garden", tmp_path / "leaves", tmp_path / "out")
    assert main(arguments) == 3
    said = capfd.readouterr().err
    assert "pack.yaml:" in said
    assert said.endswith("(bad_pack)\n")


def test_a_fault_is_one_line_and_an_exit_code_of_its_kind(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupt, "listen", lambda: None)  # signals are the test session's
    write_pack(tmp_path)
    write_index(tmp_path / "leaves", [("train/a.jpg", "Rose___rust", "train", "a")])
    _python, _m, _module, *arguments = command(tmp_path / "garden", tmp_path / "leaves", tmp_path / "out")
    assert main(arguments) == 3
    assert (
        capfd.readouterr().err
        == "cultivar: leaves: 'Rose___rust' is no class of garden and none of its rejects (bad_training_data)\n"
    )


def test_a_class_without_photos_is_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    rows = [(f"train/{name}.jpg", name, "train", name) for name in COLOURS]
    write_index(tmp_path / "leaves", rows)
    for path, *_ in rows:
        (tmp_path / "leaves" / path).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "leaves" / path)
    with pytest.raises(BadData, match="val has no photo of 'Apple___scab'"):
        read_data(Order(pack, (tmp_path / "leaves",), tmp_path / "run", None, 0, progress=False))


def test_two_sources_of_one_name_are_told_apart_by_nobody(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    both = tuple(write_photos(tmp_path / side / "leaves") for side in "ab")
    with pytest.raises(BadData, match="same name"):
        read_data(Order(pack, both, tmp_path / "run", None, 0, progress=False))


def test_the_manifest_says_what_made_the_model(place: Path) -> None:
    manifest = read_manifest(place / "whole" / "export" / "model.json")
    assert manifest.data["leaves"] == {
        "index_sha256": manifest.data["leaves"]["index_sha256"],  # type: ignore[index]
        "train": 64,
        "val": 24,
    }
    assert manifest.training["seed"] == 0
    assert json.dumps(manifest.reference)
    assert {"confidence", "brightness", "sharpness", "size", "class_share"} == set(manifest.reference)
