"""From a trained network to an ONNX file that says the same.

Weights of 256 numbers and more are stored as float16 with a cast to float32 behind them, which ONNX Runtime and
OpenVINO fold when they load the file. The network is rounded the same way first, so that both sides can be compared.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from cultivar.trainer.backbones import with_stages
from cultivar.trainer.errors import ExportRefused
from cultivar.trainer.network import Network, normalise
from cultivar.trainer.novelty import Novelty

LARGE = 256
PARITY = 1e-3
OPSET = 18


class Served(nn.Module):
    """What serving runs: uint8 (n, h, w, 3) -> heads' logits, joint's logits, and the novelty (n,) if there is one."""

    def __init__(self, network: Network, novelty: Novelty | None, *, mirror: bool) -> None:
        super().__init__()
        self.network, self.novelty, self.mirror = network, novelty, mirror
        self.stages = network.novelty_stages if novelty else ()
        self.names = (*network.heads, "joint", *(("novelty",) if novelty else ()))

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        x = normalise(images)
        views = torch.cat([x, x.flip(3)]) if self.mirror else x
        features, stages = with_stages(self.network.backbone, views, self.stages)
        said = self.network.answer(features)
        if self.mirror:
            stages = [halves_mean(stage) for stage in stages]
            said = {name: halves_mean(logits) for name, logits in said.items()}
        outputs = [said[name] for name in self.network.heads] + [said["joint"]]
        return (*outputs, self.novelty(torch.cat(stages, 1))) if self.novelty else tuple(outputs)


def halves_mean(rows: Tensor) -> Tensor:
    """Mean of the first and the second half of the rows: a photo and its mirror image."""
    return torch.stack(rows.chunk(2)).mean(0)


def round_weights(module: nn.Module) -> None:
    """Round in place what will be stored as float16; ExportRefused if something is too large for it."""
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            if tensor.is_floating_point() and tensor.numel() >= LARGE:
                if not bool(tensor.half().isfinite().all()):
                    raise ExportRefused("a weight is beyond 65504, or no number; the network cannot be stored")
                tensor.copy_(tensor.half().float())


def export(served: Served, size: int, file: Path) -> None:
    """Write `file`; the batch axis is free. `served` must have been rounded."""
    example = torch.zeros(2, size, size, 3, dtype=torch.uint8)
    axes = {name: {0: "n"} for name in ("image", *served.names)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is announced to end; the new one needs onnxscript
        torch.onnx.export(
            served.eval(),
            (example,),
            file,
            input_names=["image"],
            output_names=list(served.names),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,  # batch norms stay apart, or their folding would be rounded
            do_constant_folding=False,
        )
    model = onnx.load(file)
    store_half(model)
    onnx.checker.check_model(model, full_check=True)
    file.write_bytes(model.SerializeToString())


def store_half(model: onnx.ModelProto) -> None:
    casts = []
    for stored in model.graph.initializer:
        values = numpy_helper.to_array(stored)
        if values.dtype != np.float32 or values.size < LARGE:
            continue
        name = stored.name
        stored.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def check_parity(served: Served, file: Path, photos: Sequence[NDArray[np.uint8]]) -> float:
    """Largest difference of a probability between torch and ONNX Runtime over `photos`, one by one and as a batch.

    Raises ExportRefused at 1e-3 and above.
    """
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    images = np.stack(photos)
    with torch.inference_mode():
        said = served(torch.from_numpy(images))
    wanted = [_shares(name, rows.numpy()) for name, rows in zip(served.names, said, strict=True)]
    batch = session.run(list(served.names), {"image": images})
    alone = [session.run(list(served.names), {"image": image[None]}) for image in images]
    single = [np.concatenate(rows) for rows in zip(*alone, strict=True)]
    worst = 0.0
    for name, want, one, many in zip(served.names, wanted, single, batch, strict=True):
        worst = max(worst, *(float(np.abs(_shares(name, got) - want).max()) for got in (one, many)))
    if not worst < PARITY:
        raise ExportRefused(f"torch and ONNX differ by {worst:.2g} in a probability; less than {PARITY} is needed")
    return worst


def _shares(name: str, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities of logits; the novelty is compared as it is."""
    wide = rows.astype(np.float64)
    if name == "novelty":
        return wide
    lifted = np.exp(wide - wide.max(1, keepdims=True))
    return np.asarray(lifted / lifted.sum(1, keepdims=True))
