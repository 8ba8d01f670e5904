"""A Keras 3 model, saved as `.keras`, on the torch backend: the extra `keras`."""

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cultivar.kernel.extras import ExtraMissing
from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing.graph import Array, Graph
from cultivar.trainer.importing.order import NORMALISED, Order
from cultivar.trainer.importing.source import Source

OURS: Final = ("keras", "keras.")
"""Modules whose classes a file may name: what it names else would be imported and run."""
RUNS_CODE: Final = frozenset(("Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer", "function"))
SCALES: Final = frozenset(("Rescaling", "Normalization"))
OPSET: Final = 18


def from_keras(order: Order) -> Source:
    """Raises ImportRefused for what is no Keras 3 model, or names code that is not Keras' own."""
    layers = list(_layers(_config(order.file)))
    if bad := [name for module, name in layers if name in RUNS_CODE or not _is_keras(module)]:
        raise ImportRefused(f"The file names {bad[0]!r}, which is code and not a layer of Keras; export it to ONNX.")
    if find_spec("keras") is None:
        raise ExtraMissing("Keras models need an extra: pip install 'cultivar[keras]'")
    os.environ["KERAS_BACKEND"] = "torch"
    import keras  # noqa: PLC0415  an extra, which reads its backend when it is loaded

    try:
        model = keras.saving.load_model(order.file, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise ImportRefused(f"Keras does not take this file: {str(error).splitlines()[0]}") from error
    size = _size(model, order)
    content = _exported(model, size)
    reads = order.reading or ("bytes" if SCALES & {name for _, name in layers} else None)
    return Source(content, answer=_answer(model, Graph(content), reads), reading=reads, origin={"kind": "keras"})


def _config(file: Path) -> Any:
    try:
        with zipfile.ZipFile(file) as packed:
            return json.loads(packed.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ImportRefused(f"{file.name} is no model of Keras 3.") from error


def _layers(config: Any) -> Iterator[tuple[str | None, str]]:
    """(module, class) of everything that the file wants built."""
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str):
            yield config.get("module"), config["class_name"]
        for one in config.values():
            yield from _layers(one)
    elif isinstance(config, list):
        for one in config:
            yield from _layers(one)


def _is_keras(module: str | None) -> bool:
    """None and `builtins` stand for what needs no import, such as tensors' shapes."""
    return module in {None, "builtins", "keras"} or str(module).startswith(OURS[1])


def _size(model: Any, order: Order) -> tuple[int, int]:
    """(width, height) of the picture that the model takes."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 4 or shape[3] != 3:
        raise ImportRefused(f"The model takes {shape}; one picture with the colours last is what it gets.")
    height, width = shape[1] or order.size, shape[2] or order.size
    if not height or not width:
        raise ImportRefused("The model takes pictures of any size: add --size 224.")
    return width, height


def _exported(model: Any, size: tuple[int, int]) -> bytes:
    """ONNX by way of torch's tracer; the batch is free."""
    import torch  # noqa: PLC0415  an extra

    example = torch.zeros(1, size[1], size[0], 3)
    with tempfile.TemporaryDirectory(prefix="cultivar-keras-") as folder, torch.inference_mode():
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            model.eval(),
            (example,),
            file,
            input_names=["image"],
            output_names=["scores"],
            dynamic_axes={"image": {0: "n"}, "scores": {0: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )
        return file.read_bytes()


def _answer(model: Any, graph: Graph, reads: Any) -> Any:
    """What Keras itself says."""
    (name,) = graph.first

    def answer(picture: NDArray[np.uint8]) -> dict[str, Array]:
        mean, std = (np.asarray(one, np.float32) for one in NORMALISED[reads])
        given = ((picture.astype(np.float32) / 255 - mean) / std).astype(np.float32)
        said: Array = model.predict(given, verbose=0)
        return {name: np.asarray(said)}

    return answer
