"""Of a checkpoint only tensors and plain data are read; nothing that it names is run."""

import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing.checkpoint import Standin, TensorsOnly, read_checkpoint

WAS_RUN: list[str] = []


def run_me(word: str) -> str:
    WAS_RUN.append(word)
    return word


class Bomb:
    """Calls a function of ours when it is unpickled by the usual means."""

    def __reduce__(self) -> tuple[Any, ...]:
        return run_me, ("boom",)


class Net(nn.Module):
    """As Ultralytics pickles: the module whole, with its names and its description."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.SiLU())
        self.register_buffer("stride", torch.tensor([8.0, 16.0]))
        self.names = {0: "ripe", 1: "unripe"}
        self.yaml = {"yaml_file": "yolov8-seg.yaml", "scale": "n", "nc": 2}
        self.args = {"imgsz": 416}
        self.criterion = Bomb()


def saved(tmp_path: Path, what: Any) -> Path:
    file = tmp_path / "best.pt"
    torch.save(what, file)
    return file


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("key", ["model", "ema"])
def test_a_pickled_module_gives_its_weights_and_what_it_says_of_itself(tmp_path: Path, key: str, half: bool) -> None:
    net = Net().half() if half else Net()
    told = {"model": None, "epoch": 3, "date": Bomb(), key: net}
    found = read_checkpoint(saved(tmp_path, told))
    assert {name: tensor.shape for name, tensor in found.weights.items()} == {
        name: tensor.shape for name, tensor in net.state_dict().items()
    }
    for name, tensor in net.state_dict().items():
        assert torch.equal(found.weights[name], tensor.float() if tensor.is_floating_point() else tensor)
    assert (found.names, found.architecture, found.size) == (("ripe", "unripe"), "yolov8n-seg", 416)
    assert found.model.endswith("Net")
    assert WAS_RUN == []


def test_weights_alone_are_read_too(tmp_path: Path) -> None:
    net = Net()
    for what in (net.state_dict(), {"state_dict": net.state_dict()}, {"model": OrderedDict(net.state_dict())}):
        found = read_checkpoint(saved(tmp_path, what))
        assert list(found.weights) == list(net.state_dict())
        assert (found.model, found.architecture, found.names) == ("", None, ())


def test_nothing_that_a_pickle_names_is_called() -> None:
    pickled = pickle.dumps({"a": Bomb(), "b": [Path("/etc/passwd"), slice(1, 2)], "c": {1, 2}})
    found = TensorsOnly(io.BytesIO(pickled)).load()
    assert WAS_RUN == []
    assert isinstance(found["a"], Standin)
    assert isinstance(found["b"][0], Standin)
    assert found["c"] == {1, 2}
    pickle.loads(pickled)
    assert WAS_RUN == ["boom"]
    WAS_RUN.clear()


@pytest.mark.parametrize(
    "opcodes",
    [b"cos\nsystem\n(S'true'\ntR.", b"cbuiltins\neval\n(S'1/0'\ntR.", b"cbuiltins\ngetattr\n(cos\nsystem\nS'x'\ntR."],
)
def test_the_usual_tricks_make_stand_ins(opcodes: bytes) -> None:
    assert isinstance(TensorsOnly(io.BytesIO(opcodes)).load(), Standin)


@pytest.mark.parametrize(
    ("what", "said"),
    [({"epoch": 3}, "no weights"), (Bomb(), "no weights"), ([1, 2], "no weights"), ({"model": {"a": 1}}, "no weights")],
)
def test_a_file_without_weights_is_refused(tmp_path: Path, what: Any, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        read_checkpoint(saved(tmp_path, what))
    assert WAS_RUN == []


@pytest.mark.parametrize("content", [b"", b"PK", pickle.dumps({"model": 1})])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "best.pt"
    file.write_bytes(content)
    with pytest.raises(ImportRefused, match="no checkpoint"):
        read_checkpoint(file)


@pytest.mark.parametrize("members", [{"a/constants.pkl": b"", "a/data.pkl": b""}, {"a/data.pkl": b"\x80\x02}."}, {}])
def test_an_archive_that_is_none_of_ours_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    file = tmp_path / "best.pt"
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    with pytest.raises(ImportRefused):
        read_checkpoint(file)
