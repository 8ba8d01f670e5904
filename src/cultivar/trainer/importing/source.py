"""What reading a file gives, whatever the file is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cultivar.trainer.importing.order import Reading
from cultivar.trainer.importing.parity import Answer


@dataclass(frozen=True)
class Source:
    """`content`: an ONNX graph. `answer`: the original in its own runtime, None where the graph is the original.

    `reading`: how it takes colours, where the file says so.
    """

    content: bytes
    labels: tuple[str, ...] = ()
    licence: str | None = None
    answer: Answer | None = None
    reading: Reading | None = None
    origin: Mapping[str, object] = field(default_factory=dict)
