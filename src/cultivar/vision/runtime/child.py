"""A decoder process: it reads strangers' photos, one at a time, with bounded memory and no way to write a file.

Started as `python -m cultivar.vision.runtime.child`, its channel to the server as standard input. It knows no secret,
imports no more than decoding needs, and ends when the channel closes.
"""

import json
import resource
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from PIL import Image

from cultivar.vision import heat
from cultivar.vision.decode import Limits, see, thumbnail, upright
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.overlay import draw
from cultivar.vision.runtime.wire import (
    Header,
    Message,
    read_beside,
    read_frame,
    read_heat,
    read_shapes,
    receive,
    send,
    sight_message,
)

Work = Callable[[bytes, Header, Limits], Message]


def _heat(data: bytes, ask: Header, limits: Limits) -> Message:
    picture, size = heat.draw(data, *read_heat(ask), limits)
    return Message({"size": size}, picture)


WORK: Final[dict[str, Work]] = {
    "see": lambda data, ask, limits: sight_message(
        see(data, read_frame(ask["frame"]), limits, read_beside(ask["beside"]))
    ),
    "thumbnail": lambda data, ask, limits: Message({}, thumbnail(data, ask["long_side"], limits)),
    "overlay": lambda data, ask, limits: Message(
        {}, draw(data, read_shapes(ask), ask["headline"], ask["long_side"], ask["kind"], limits)
    ),
    "heat": _heat,
    "upright": lambda data, _, limits: Message({}, upright(data, limits)),
}


def serve(channel: socket.socket, limits: Limits, begin: Callable[[], object] = lambda: None) -> None:
    """Answer messages until the other end is closed; a photo that cannot be read is an answer too.

    `begin` is called before each photo.
    """
    while asked := receive(channel):
        began = time.perf_counter()
        begin()
        try:
            reply = WORK[asked.header["do"]](bytes(asked.body), asked.header, limits)
        except UnreadableImage as error:
            reply = Message({"unreadable": error.detail})
        reply.header["ms"] = (time.perf_counter() - began) * 1000
        send(channel, reply)


def confine(memory: int) -> None:
    """At most `memory` bytes of data, no file written, no core dump; the server, not a signal to its group, ends us."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    for limit, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))


def main() -> None:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    seconds, memory, most_pixels = json.loads(sys.argv[1])
    with socket.socket(fileno=0) as channel, suppress(ConnectionError):
        confine(memory)
        send(channel, Message({"ready": True}))
        # SIGPROF ends a process that does not handle it
        serve(channel, Limits(most_pixels), lambda: signal.setitimer(signal.ITIMER_PROF, seconds))


if __name__ == "__main__":
    main()
