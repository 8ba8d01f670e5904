"""A PyTorch checkpoint: only its tensors and plain data are read, whatever else the pickle names.

A pickle may call anything. Here it can call what rebuilds tensors and nothing else: every other class or function that
it names is replaced by a stand-in that only remembers what it was given.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, Final

import torch
from torch import Tensor

from cultivar.trainer.errors import ImportRefused

_PLAIN: Final = (set, frozenset, slice, complex, bytearray)
_REBUILD: Final[Mapping[tuple[str, str], Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
    **{(module, one.__name__): one for module in ("builtins", "__builtin__") for one in _PLAIN},
}


class Standin:
    """In the place of an object of a class that is not loaded; `state` is what it was pickled with."""

    named: str = ""

    def __new__(cls, *_: Any, **__: Any) -> "Standin":
        made = super().__new__(cls)
        made.state = {}
        return made

    def __init__(self, *_: Any, **__: Any) -> None:
        self.state: Any

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, _key: Any, _value: Any) -> None:
        """Forgotten."""

    def append(self, _value: Any) -> None:
        """Forgotten."""

    def extend(self, _values: Any) -> None:
        """Forgotten."""


class TensorsOnly(pickle.Unpickler):
    """`torch.load` gives storages by their ids and asks here for everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _REBUILD:
            return _REBUILD[module, name]
        if module == "torch" and isinstance(found := getattr(torch, name, None), torch.dtype):
            return found
        return type("Standin", (Standin,), {"named": f"{module}.{name}"})


def _load(file: IO[bytes], **_: Any) -> Any:
    return TensorsOnly(file).load()


@dataclass(frozen=True)
class Checkpoint:
    """`weights` by the names of the layers. `model`: the class that was pickled, "" for weights alone."""

    weights: dict[str, Tensor]
    model: str = ""
    architecture: str | None = None
    names: tuple[str, ...] = ()
    size: int | None = None


def read_checkpoint(file: Path) -> Checkpoint:
    """Raises ImportRefused for what is no checkpoint, or has no weights in it."""
    if not zipfile.is_zipfile(file):
        raise ImportRefused(f"{file.name} is no checkpoint of PyTorch 1.6 or later.")
    with zipfile.ZipFile(file) as packed:
        if any(name.endswith("/constants.pkl") for name in packed.namelist()):
            raise ImportRefused(f"{file.name} is a TorchScript program, not weights; export the model to ONNX.")
    restricted = SimpleNamespace(Unpickler=TensorsOnly, load=_load, __name__="tensors_only")
    try:
        found = torch.load(file, map_location="cpu", pickle_module=restricted, weights_only=False)
    except (pickle.UnpicklingError, RuntimeError, EOFError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise ImportRefused(f"{file.name} cannot be read: {str(error).splitlines()[0]}") from error
    return _understood(file, found)


def _understood(file: Path, found: Any) -> Checkpoint:
    top = found if isinstance(found, dict) else {"model": found}
    model = next((top[name] for name in ("ema", "model") if isinstance(top.get(name), Standin)), None)
    tensors = _tensors(model) if model is not None else {}
    if model is not None and tensors:
        state = _state(model)
        return Checkpoint(tensors, model.named, _architecture(state), _names(state), _size(top, state))
    weights = top.get("state_dict") or top.get("model") or top
    if isinstance(weights, dict) and weights and all(isinstance(one, Tensor) for one in weights.values()):
        return Checkpoint({name: one.float() for name, one in weights.items()})
    raise ImportRefused(f"{file.name} holds no weights that we find.")


def _state(model: Standin) -> dict[str, Any]:
    return model.state if isinstance(model.state, dict) else {}


def _tensors(module: Standin, prefix: str = "", depth: int = 0) -> dict[str, Tensor]:
    """As `state_dict` would have them."""
    if depth > 50:
        raise ImportRefused("The modules of this checkpoint lie within each other without end.")
    found: dict[str, Tensor] = {}
    state = _state(module)
    left_out = state.get("_non_persistent_buffers_set")
    left_out = left_out if isinstance(left_out, set) else set()
    for group in ("_parameters", "_buffers"):
        for name, one in (state.get(group) or {}).items():
            if isinstance(one, Tensor) and name not in left_out:
                found[f"{prefix}{name}"] = one.detach().float() if one.is_floating_point() else one.detach()
    for name, part in (state.get("_modules") or {}).items():
        if isinstance(part, Standin):
            found |= _tensors(part, f"{prefix}{name}.", depth + 1)
    return found


def _architecture(state: Mapping[str, Any]) -> str | None:
    """The name of Ultralytics' own description, with the letter of its size."""
    described = state.get("yaml")
    if not isinstance(described, dict):
        return None
    stem = Path(str(described.get("yaml_file") or "")).stem
    scale = str(described.get("scale") or "")
    head = stem.split("-", 1)[0]
    if scale and head[-1:].isdigit():
        stem = stem.replace(head, f"{head}{scale}", 1)
    return stem or None


def _names(state: Mapping[str, Any]) -> tuple[str, ...]:
    said = state.get("names")
    if isinstance(said, dict) and set(said) == set(range(len(said))):
        return tuple(str(said[place]) for place in range(len(said)))
    return tuple(map(str, said)) if isinstance(said, list | tuple) else ()


def _size(top: Mapping[str, Any], state: Mapping[str, Any]) -> int | None:
    """The side of the pictures that it was trained on."""
    for args in (top.get("train_args"), state.get("args")):
        said = args.get("imgsz") if isinstance(args, dict) else None
        if isinstance(said, int):
            return said
    return None
