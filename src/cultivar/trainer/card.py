"""The card of a trained model: what it was made from, what was measured, what it cannot do."""

from pathlib import Path

from cultivar.trainer.report import environment
from cultivar.vision.manifest import Manifest


def write_card(file: Path, manifest: Manifest) -> None:
    """Write `file`, Markdown. Its words on sources and limits are the recipe's."""
    file.write_text(environment().get_template("card.md.j2").render(m=manifest), encoding="utf-8")
