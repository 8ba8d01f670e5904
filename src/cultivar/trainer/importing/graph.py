"""An ONNX file as it is: what goes in, what comes out, what it says about itself."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from cultivar.trainer.errors import ImportRefused

Array = NDArray[Any]
Shape = tuple[int | None, ...]
_TYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8"}


@dataclass(frozen=True)
class Graph:
    """A network of one input. `side`: the size to take where the file leaves it free."""

    content: bytes
    side: int | None = None

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(self.content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ImportRefused(f"ONNX Runtime does not take this file: {str(error).splitlines()[0]}") from error

    @cached_property
    def metadata(self) -> dict[str, str]:
        return dict(self.session.get_modelmeta().custom_metadata_map)

    @cached_property
    def name(self) -> str:
        """The input's."""
        inputs = self.session.get_inputs()
        if len(inputs) != 1:
            raise ImportRefused(f"The network has {len(inputs)} inputs; one picture is all that it gets.")
        return str(inputs[0].name)

    @cached_property
    def wide(self) -> bool:
        """Whether the colours are the last axis (NHWC)."""
        shape = self._shape
        if shape[1] == 3 or (shape[1] is None and shape[3] != 3):
            return False
        if shape[3] == 3:
            return True
        raise ImportRefused(f"The input {self.name!r} is {shape}: neither its second nor its last axis is 3 colours.")

    @cached_property
    def dtype(self) -> str:
        kind = str(self.session.get_inputs()[0].type)
        if kind not in _TYPES:
            raise ImportRefused(f"The input is {kind}; export the network with a float32 (or uint8) input.")
        return _TYPES[kind]

    @cached_property
    def _shape(self) -> Shape:
        self.name  # noqa: B018 - one input
        shape = tuple(size if isinstance(size, int) else None for size in self.session.get_inputs()[0].shape)
        if len(shape) != 4:
            raise ImportRefused(f"The input is {shape}; a batch of pictures has four axes.")
        if shape[0] not in {None, 1}:
            raise ImportRefused(f"The network takes {shape[0]} pictures at once; export it for one, or for any number.")
        return shape

    @cached_property
    def size(self) -> tuple[int, int]:
        """(width, height): the graph's own, else what the file says, else what was asked for."""
        height, width = self._shape[1:3] if self.wide else self._shape[2:4]
        said = literal(self.metadata.get("imgsz", "None"))
        if isinstance(said, list) and len(said) == 2 and not self.side:
            height, width = height or said[0], width or said[1]
        height, width = height or self.side, width or self.side
        if not height or not width:
            raise ImportRefused("The network takes pictures of any size and the file names none: add --size 640.")
        if self.side and (width, height) != (self.side, self.side):
            raise ImportRefused(f"The network takes pictures of {width} x {height}; --size {self.side} cannot be had.")
        return width, height

    def run(self, batch: Array) -> dict[str, Array]:
        """All outputs by name."""
        names = [one.name for one in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, {self.name: batch}), strict=True))

    @cached_property
    def first(self) -> dict[str, Array]:
        """What it answers to a picture of noise."""
        width, height = self.size
        shape = (1, height, width, 3) if self.wide else (1, 3, height, width)
        noise = np.random.default_rng(0).random(shape, np.float32)
        try:
            return self.run((noise * 255).astype(np.uint8) if self.dtype == "uint8" else noise)
        except Exception as error:
            raise ImportRefused(f"The network does not answer: {str(error).splitlines()[0]}") from error


def read_graph(file: Path, side: int | None) -> Graph:
    """The graph in one ONNX file; ImportRefused for what is none, or keeps its weights elsewhere."""
    content = file.read_bytes()
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:
        raise ImportRefused(f"{file.name} is no ONNX file.") from error
    if not model.graph.output:
        raise ImportRefused(f"{file.name} is no ONNX file with a network in it.")
    if any(one.data_location == onnx.TensorProto.EXTERNAL for one in model.graph.initializer):
        raise ImportRefused(f"{file.name} keeps its weights in other files; save it as one file.")
    return Graph(content, side)


def literal(text: str) -> object:
    """What a piece of metadata says, None if it is not plain data."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def names_in(metadata: dict[str, str]) -> tuple[str, ...]:
    """The labels that an exporter wrote into the file, in their order; () if it did not."""
    said = literal(metadata.get("names", "None"))
    if isinstance(said, dict) and sorted(said, key=str) == sorted(range(len(said)), key=str):
        return tuple(str(said[place]) for place in range(len(said)))
    return tuple(str(name) for name in said) if isinstance(said, list | tuple) else ()
