"""A long text that is kept compressed: the results of a large Map run have a hundred megabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from itertools import islice

_LARGE = 2**20
_AT_ONCE = 1_000
_FAST = 1
_MOST_BYTES_OF_A_CHARACTER = 4


class CompressedText:
    """A text that was written in parts. `size` is its number of bytes."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(_FAST)
        self._parts: list[bytes] = []
        self.size = self.length = 0

    def write(self, text: str) -> None:
        """Add a part."""
        content = text.encode(errors="surrogatepass")
        self.size += len(content)
        self.length += len(text)
        self._parts.append(self._compressor.compress(content))

    def end(self) -> None:
        """End the text."""
        self._parts.append(self._compressor.flush())

    def read(self) -> str:
        """Return the text."""
        return zlib.decompress(b"".join(self._parts)).decode(errors="surrogatepass")

    def read_start(self, length: int) -> str:
        """Return so many characters of the beginning."""
        expander = zlib.decompressobj()
        found, most = b"", _MOST_BYTES_OF_A_CHARACTER * length
        for part in self._parts:
            found += expander.decompress(part, most - len(found))
            if len(found) >= most:
                break
        return found.decode(errors="ignore")[:length]


def join_parts(parts: Iterable[str]) -> str | CompressedText:
    """Return the text of the parts, compressed if it is large."""
    waiting = iter(parts)
    start: list[str] = []
    size = 0
    while size < _LARGE:
        found = list(islice(waiting, _AT_ONCE))
        if not found:
            return "".join(start)
        start += found
        size += sum(map(len, found))
    text = CompressedText()
    text.write("".join(start))
    start.clear()
    while found := list(islice(waiting, _AT_ONCE)):
        text.write("".join(found))
    text.end()
    return text
