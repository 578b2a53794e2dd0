"""A part of the upload as a file of its own, for the libraries that read it."""

from __future__ import annotations

import io
import os


class Part(io.RawIOBase):
    """The bytes `start` to `end` of standard input; `patches` are read in place of the bytes there.

    Offsets count from the part's start.
    """

    def __init__(self, start: int, end: int, patches: dict[int, bytes] | None = None) -> None:
        super().__init__()
        self.start, self.length, self.position = start, end - start, 0
        self.patches = patches or {}

    def slice(self, start: int, end: int, patches: dict[int, bytes] | None = None) -> Part:
        """The bytes `start` to `end` of this part, with other patches."""
        return Part(self.start + start, self.start + end, patches)

    def rest(self, start: int) -> Part:
        """This part from `start` on, without patches."""
        return self.slice(start, self.length)

    def bytes_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes at `offset`; fewer at the end."""
        count = max(0, min(count, self.length - offset))
        block = os.pread(0, count, self.start + offset)
        for at, patch in self.patches.items():
            low, high = max(at, offset), min(at + len(patch), offset + len(block))
            if low < high:
                block = block[: low - offset] + patch[low - at : high - at] + block[high - offset :]
        return block

    def read(self, count: int = -1) -> bytes:
        block = self.bytes_at(self.position, self.length if count < 0 else count)
        self.position += len(block)
        return block

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.position = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.position, os.SEEK_END: self.length}[whence])
        return self.position

    def tell(self) -> int:
        return self.position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def whole() -> Part:
    """All of standard input."""
    return Part(0, os.fstat(0).st_size)
