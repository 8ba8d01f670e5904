"""The peer: LitServe with ONNX Runtime on the same file, one worker a core. It stores nothing.

`python -m bench.peer_server PORT MODEL_FOLDER [shrink]`; with `shrink` it decodes as we do, at reduced scale.
"""

import io
import os
import sys
from pathlib import Path
from typing import Any

import litserve
import numpy as np
import onnxruntime
from fastapi import Request
from PIL import Image, ImageOps

from cultivar.vision.manifest import read_manifest


class Classify(litserve.LitAPI):  # type: ignore[misc]
    """LitServe's four verbs, as its documentation writes them."""

    def __init__(self, folder: Path, shrink: bool) -> None:
        super().__init__()
        self.folder, self.shrink = folder, shrink

    def setup(self, device: str) -> None:
        self.manifest = read_manifest(self.folder / "model.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        weights = str(self.folder / self.manifest.file)
        self.session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def decode_request(self, request: Request) -> np.ndarray[Any, Any]:
        """LitServe takes the route's parameter from this annotation, and hands over the form."""
        size = (self.manifest.input.width, self.manifest.input.height)
        image = Image.open(io.BytesIO(request["file"].file.read()))
        if self.shrink:
            image.draft("RGB", size)
        upright = ImageOps.exif_transpose(image).convert("RGB").resize(size, Image.Resampling.BICUBIC)
        return np.asarray(upright)[None]

    def predict(self, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        head = self.manifest.joint or self.manifest.heads[0]
        logits: np.ndarray[Any, Any] = self.session.run([head.output], {self.manifest.input.name: x})[0][0]
        return logits

    def encode_response(self, output: np.ndarray[Any, Any]) -> dict[str, float]:
        scores = np.exp(output - output.max())[: len(self.manifest.classes)]
        scores /= scores.sum()
        return {self.manifest.classes[i].name: float(scores[i]) for i in scores.argsort()[:-6:-1]}


if __name__ == "__main__":
    api = Classify(Path(sys.argv[2]), "shrink" in sys.argv[3:])
    cores = len(os.sched_getaffinity(0))
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=cores, timeout=False)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
