"""Small changes to an ONNX graph: labels picked and put in order, a classifier's heads, colours moved to the front."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from cultivar.packs.schemas import Pack
from cultivar.trainer.importing.layout import Layout

PREFIX: Final = "cultivar"
LEAST: Final = 1e-7
"""Of a probability before its logarithm."""


class Edit:
    """A graph under change."""

    def __init__(self, content: bytes) -> None:
        self.model = onnx.load_model_from_string(content)

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.model.graph.initializer.append(numpy_helper.from_array(values, f"{PREFIX}/{name}"))
        return f"{PREFIX}/{name}"

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: int) -> str:
        made: NodeProto = helper.make_node(kind, list(inputs), [output], None, None, None, None, **attributes)
        self.model.graph.node.append(made)
        return output

    def outputs(self, wanted: Mapping[str, int | None]) -> None:
        """These are the outputs from now on: float32 (n, width), as they are where the width is None."""
        kept = {one.name: one for one in self.model.graph.output}
        del self.model.graph.output[:]
        for name, width in wanted.items():
            made = kept.get(name) or helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
            self.model.graph.output.append(made)

    def opset(self, least: int) -> None:
        """A version of the standard operators that has what we add."""
        for one in self.model.opset_import:
            if one.domain in {"", "ai.onnx"} and one.version < least:
                self.model = onnx.version_converter.convert_version(self.model, least)
                return

    def written(self) -> bytes:
        onnx.checker.check_model(self.model)
        return bytes(self.model.SerializeToString())


def pick_labels(content: bytes, layout: Layout, places: Sequence[int]) -> tuple[bytes, str]:
    """The detector with these of its labels, in this order; the name of its output, which is another."""
    edit = Edit(content)
    if layout.kind == "end2end":
        name = _renumber(edit, layout, places)
    else:
        tail = layout.first + layout.labels
        kept = [*range(layout.first), *(layout.first + place for place in places)]
        kept += range(tail, tail + layout.coefficients)
        index = edit.constant("labels", np.array(kept, np.int64))
        name = edit.node("Gather", [layout.output, index], f"{PREFIX}/found", axis=layout.axis)
    shape = [None, None, None]
    others = [one for one in edit.model.graph.output if one.name != layout.output]
    del edit.model.graph.output[:]
    made = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    edit.model.graph.output.extend([made, *others])
    return edit.written(), name


def _renumber(edit: Edit, layout: Layout, places: Sequence[int]) -> str:
    """Rows carry a label's number: look its new one up; -1, which no reader takes, for a label that is left out."""
    table = np.full(layout.labels, -1, np.float32)
    table[list(places)] = np.arange(len(places), dtype=np.float32)
    widths = edit.constant(
        "widths", np.array([5, 1, *([layout.coefficients] if layout.coefficients else [])], np.int64)
    )
    parts = [f"{PREFIX}/before", f"{PREFIX}/label", *([f"{PREFIX}/after"] if layout.coefficients else [])]
    edit.model.graph.node.append(helper.make_node("Split", [layout.output, widths], parts, axis=2))
    edit.node("Cast", [parts[1]], f"{PREFIX}/number", to=TensorProto.INT64)
    edit.node("Gather", [edit.constant("numbers", table), f"{PREFIX}/number"], f"{PREFIX}/renumbered", axis=0)
    return edit.node("Concat", [parts[0], f"{PREFIX}/renumbered", *parts[2:]], f"{PREFIX}/found", axis=2)


def classifier(content: bytes, output: str, kind: str, places: Sequence[int], pack: Pack) -> bytes:
    """A classifier with logits for each head of the pack and `joint`, from one output of `kind`.

    `logits` and `probabilities` are (n, labels); `binary` is (n, 1): the probability of the second of two labels.
    A head's label is as likely as its classes together.
    """
    edit = Edit(content)
    edit.opset(13)
    shares = _shares(edit, output, kind)
    index = edit.constant("labels", np.array(places, np.int64))
    picked = edit.node("Gather", [shares, index], f"{PREFIX}/picked", axis=1)
    logits = _log(edit, picked, "joint")
    known = edit.node("Softmax", [logits], f"{PREFIX}/known", axis=1)
    for head in pack.heads:
        labels = pack.head_labels(head.name)
        table = np.array([[one.labels[head.name] == label for label in labels] for one in pack.classes], np.float32)
        share = edit.node("MatMul", [known, edit.constant(f"of_{head.name}", table)], f"{PREFIX}/share_{head.name}")
        if head.kind == "softmax":
            _log(edit, share, head.name)
        else:
            _logit(edit, share, head.name)
    edit.outputs({head.name: len(pack.head_labels(head.name)) for head in pack.heads} | {"joint": len(places)})
    return edit.written()


def _shares(edit: Edit, output: str, kind: str) -> str:
    if kind == "probabilities":
        return output
    if kind == "logits":
        return edit.node("Softmax", [output], f"{PREFIX}/shares", axis=1)
    one = edit.constant("one", np.ones(1, np.float32))
    rest = edit.node("Sub", [one, output], f"{PREFIX}/first")
    return edit.node("Concat", [rest, output], f"{PREFIX}/shares", axis=1)


def _log(edit: Edit, shares: str, name: str) -> str:
    least = edit.constant(f"least_{name}", np.array([LEAST], np.float32))
    return edit.node("Log", [edit.node("Max", [shares, least], f"{PREFIX}/lifted_{name}")], name)


def _logit(edit: Edit, shares: str, name: str) -> str:
    one = edit.constant(f"one_{name}", np.ones(1, np.float32))
    rest = edit.node("Sub", [one, shares], f"{PREFIX}/rest_{name}")
    yes, no = _log(edit, shares, f"{PREFIX}/yes_{name}"), _log(edit, rest, f"{PREFIX}/no_{name}")
    return edit.node("Sub", [yes, no], name)


def colours_first(content: bytes, name: str) -> tuple[bytes, str]:
    """A float32 input with the colours last takes them first; the new input's name."""
    edit = Edit(content)
    (old,) = edit.model.graph.input
    dims = [one.dim_value or one.dim_param or None for one in old.type.tensor_type.shape.dim]
    fresh = f"{PREFIX}/image"
    del edit.model.graph.input[:]
    given = helper.make_tensor_value_info(fresh, TensorProto.FLOAT, [dims[0], dims[3], dims[1], dims[2]])
    edit.model.graph.input.append(given)
    edit.model.graph.node.insert(0, helper.make_node("Transpose", [fresh], [name], perm=[0, 2, 3, 1]))
    return edit.written(), fresh
