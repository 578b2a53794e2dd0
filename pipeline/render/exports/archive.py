"""All formats in one ZIP archive, sent while it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipFile

from pipeline.reading.draft import is_draft
from pipeline.recap import Recap
from pipeline.render.exports.file_name import make_file_name
from pipeline.render.exports.writers import writers_with
from pipeline.render.letterhead import Letterhead

_PIECE_BYTES = 256 * 1024


class _Outlet:
    """A file that cannot be sought in, from which what was written is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        """What was written since."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def iterate_zip(
    recap: Recap,
    pdf: Path | None,
    letterhead: Letterhead | None = None,
    others: Mapping[str, BytesIO] = MappingProxyType({}),
) -> Iterator[bytes]:
    """The archive in pieces: the PDF, where there is one, and every other format, one at a time in memory.

    `others` are further documents, by the endings of their names.
    """
    outlet, stem = _Outlet(), make_file_name(recap.title, is_draft=is_draft(recap))
    with ZipFile(outlet, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        if pdf:
            with pdf.open("rb") as source, archive.open(f"{stem}.pdf", "w") as entry:
                while piece := source.read(_PIECE_BYTES):
                    entry.write(piece)
                    yield outlet.take()
        for name, write in writers_with(letterhead).items():
            document = BytesIO()
            write(recap, document)
            archive.writestr(f"{stem}.{name}", document.getvalue())
            yield outlet.take()
        for name, document in others.items():
            archive.writestr(f"{stem}.{name}", document.getvalue())
            yield outlet.take()
    yield outlet.take()
