"""The plain way: FastAPI, Pillow decoding the photo in full, torch on the same architecture. It stores nothing.

`python -m bench.plain_server PORT MODEL_FOLDER`; the weights are random, which costs the same time as trained ones.
"""

import io
import sys
from pathlib import Path
from typing import Annotated

import torch
import uvicorn
from fastapi import FastAPI, File
from PIL import Image, ImageOps

from cultivar.trainer import backbones
from cultivar.trainer.network import normalise
from cultivar.trainer.recipe import Recipe
from cultivar.vision.manifest import Manifest, read_manifest


class Plain:
    """A network with random weights and how a photo is put before it."""

    def __init__(self, manifest: Manifest) -> None:
        recipe = Recipe.model_validate(manifest.training["recipe"])
        backbone = backbones.build(recipe.backbone)
        head = torch.nn.Linear(int(backbone.num_features), len(manifest.classes))  # type: ignore[arg-type]
        self.network = torch.nn.Sequential(backbone, head).eval()
        self.manifest, self.mirrored = manifest, bool(manifest.training["mirrored"])

    def answer(self, file: bytes) -> dict[str, float]:
        size = (self.manifest.input.width, self.manifest.input.height)
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")
        pixels = bytearray(image.resize(size, Image.Resampling.BICUBIC).tobytes())
        with torch.inference_mode():
            x = normalise(torch.frombuffer(pixels, dtype=torch.uint8).view(1, size[1], size[0], 3))
            scores = self.network(torch.cat([x, x.flip(3)]) if self.mirrored else x).mean(0).softmax(0)
        best = scores.topk(5)
        return {self.manifest.classes[int(i)].name: float(p) for p, i in zip(best.values, best.indices, strict=True)}


def create_app(manifest: Manifest) -> FastAPI:
    app, plain = FastAPI(), Plain(manifest)

    @app.post("/predict")
    def predict(file: Annotated[bytes, File()]) -> dict[str, float]:
        return plain.answer(file)

    return app


if __name__ == "__main__":
    made = create_app(read_manifest(Path(sys.argv[2]) / "model.json"))
    uvicorn.run(made, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
