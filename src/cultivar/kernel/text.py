"""Text that people send, where no database and no log may stumble over it."""

from typing import Annotated

from pydantic import AfterValidator


def _printable(text: str) -> str:
    if any(
        ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or 0xD800 <= ord(character) < 0xE000 for character in text
    ):
        raise ValueError("holds a character that is not text")
    return text


Line = Annotated[str, AfterValidator(_printable)]
"""One line of text; no control characters."""
