"""The parts of a form as they come in: nothing is gathered, each part is read before the next begins."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cultivar.kernel.problems import MalformedBody

HEADER_BYTES: Final = 16 * 1024
_BEGIN, _DATA, _END, _OVER = range(4)

Part = tuple[str, str | None, AsyncIterator[bytes]]
"""Name, file name (None of a plain field), and the bytes, which are skipped if nobody reads them."""


async def parts(stream: AsyncIterator[bytes], boundary: bytes) -> AsyncIterator[Part]:
    """Each part of a `multipart/form-data` body. Raises MalformedBody, also when the body ends too soon."""
    form = _Form(stream, boundary)
    while await form.next() == _BEGIN:
        pieces = form.pieces()
        yield form.name, form.file_name, pieces
        async for _ in pieces:
            pass


class _Form:
    """The parser calls back with what each chunk holds; here that waits in line until it is asked for."""

    def __init__(self, stream: AsyncIterator[bytes], boundary: bytes) -> None:
        self._stream = stream
        self._waiting: deque[tuple[int, bytes, dict[bytes, bytes]]] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._header = (bytearray(), bytearray())
        self._header_bytes = 0
        self._data, self.name = b"", ""
        self.file_name: str | None = None
        try:
            self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]  # it calls each as here
        except FormParserError as error:
            raise MalformedBody("The content type names no usable boundary.") from error

    async def next(self) -> int:
        """The kind of what comes next; of a part's begin its name is read, of data its bytes."""
        while not self._waiting:
            chunk = await anext(self._stream, None)
            if chunk is None:
                raise MalformedBody("The form ends too soon.")
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise MalformedBody("The form is not well-formed.") from error
        kind, self._data, headers = self._waiting.popleft()
        if kind == _BEGIN:
            self._name(headers)
        return kind

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the part that has begun."""
        while await self.next() == _DATA:
            yield self._data

    def _name(self, headers: dict[bytes, bytes]) -> None:
        _, options = parse_options_header(headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise MalformedBody("A part of the form has no name.")
        file_name = options.get(b"filename")
        self.name = options[b"name"].decode(errors="replace")
        self.file_name = None if file_name is None else file_name.decode(errors="replace")

    def _callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._on_begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": lambda: self._waiting.append((_BEGIN, b"", self._headers)),
            "on_part_data": lambda data, start, end: self._waiting.append((_DATA, data[start:end], {})),
            "on_part_end": lambda: self._waiting.append((_END, b"", {})),
            "on_end": lambda: self._waiting.append((_OVER, b"", {})),
        }

    def _on_begin(self) -> None:
        self._headers, self._header_bytes = {}, 0

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._gather(0, data[start:end])

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._gather(1, data[start:end])

    def _gather(self, side: int, data: bytes) -> None:
        self._header_bytes += len(data)
        if self._header_bytes > HEADER_BYTES:
            raise MalformedBody("A part of the form has too long headers.")
        self._header[side].extend(data)

    def _on_header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())
