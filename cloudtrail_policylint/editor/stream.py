"""What an editor sends, with its headers as pygls expects them.

pygls reads a header only if it is spelt in one way, begins a line, and its number can be
read at once. After anything else it would wait for the rest of a message that never comes.
"""

from __future__ import annotations

from ..base.lazy_regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_LENGTH = regex(rb"(?i)content-length:[ \t]*(\d{1,9})[ \t]*\r?\n$")
"""At the end of a line: what is before it belongs to a message that is lost. Longer numbers are nonsense."""


class Input:
    """The *stream* from a client."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        """The next line; of one that ends with a header, that header."""
        line = self._stream.readline()
        found = _LENGTH.search(line)
        if found:
            return b"Content-Length: %s\r\n" % found[1]
        return line if not line.strip() else b"-\r\n"

    def read(self, count: int) -> bytes:
        """The next *count* bytes."""
        return self._stream.read(count)
