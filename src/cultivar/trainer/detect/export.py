"""From a trained detector to an ONNX file that says the same; weights are rounded as a classifier's are."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cultivar.trainer.detect.fit import as_input
from cultivar.trainer.detect.network import Detector
from cultivar.trainer.errors import ExportRefused
from cultivar.trainer.export import OPSET, PARITY, store_half

OUTPUT, PROTOTYPES = "boxes", "prototypes"


class ServedDetector(nn.Module):
    """What serving runs: uint8 (n, h, w, 3) RGB -> (n, anchors, 5 + labels + prototypes) with objectness and scores as
    probabilities, and (n, prototypes, h / 4, w / 4) if there are masks."""

    def __init__(self, network: Detector) -> None:
        super().__init__()
        self.network = network
        self.names = (OUTPUT, PROTOTYPES) if network.masks is not None else (OUTPUT,)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        raw, prototypes = self.network(as_input(images))
        end = 5 + self.network.class_count
        rows = torch.cat([raw[..., :4], raw[..., 4:end].sigmoid(), raw[..., end:]], -1)
        return (rows,) if prototypes is None else (rows, prototypes)


def export(served: ServedDetector, size: int, file: Path) -> None:
    """Write `file`; the batch axis is free. `served` must have been rounded."""
    example = torch.zeros(2, size, size, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is announced to end; the new one needs onnxscript
        torch.onnx.export(
            served.eval(),
            (example,),
            file,
            input_names=["image"],
            output_names=list(served.names),
            dynamic_axes={name: {0: "n"} for name in ("image", *served.names)},
            opset_version=OPSET,
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,  # batch norms stay apart, or their folding would be rounded
            do_constant_folding=False,
        )
    model = onnx.load(file)
    store_half(model)
    onnx.checker.check_model(model, full_check=True)
    file.write_bytes(model.SerializeToString())


def check_parity(served: ServedDetector, file: Path, photos: Sequence[NDArray[np.uint8]]) -> float:
    """Largest difference between torch and ONNX Runtime over `photos`, one by one and as a batch.

    Scores are compared as they are, all else as a share of the largest number of its kind. Raises ExportRefused at
    1e-3 and above.
    """
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    images = np.stack(photos)
    with torch.inference_mode():
        wanted = [rows.numpy() for rows in served(torch.from_numpy(images))]
    batch = session.run(list(served.names), {"image": images})
    alone = [session.run(list(served.names), {"image": image[None]}) for image in images]
    single = [np.concatenate(rows) for rows in zip(*alone, strict=True)]
    end = 5 + served.network.class_count
    worst = 0.0
    for want, *got in zip(wanted, batch, single, strict=True):
        parts = (slice(0, 4), slice(4, end), slice(end, None)) if want.ndim == 3 else (slice(None),)
        for number, part in enumerate(parts):
            scale = 1.0 if number == 1 else max(1.0, float(np.abs(want[..., part]).max(initial=0)))
            gaps = [float(np.abs(rows[..., part] - want[..., part]).max(initial=0)) for rows in got]
            worst = max(worst, *(gap / scale for gap in gaps))
    if not worst < PARITY:
        raise ExportRefused(f"torch and ONNX differ by {worst:.2g}; less than {PARITY} is needed")
    return worst
