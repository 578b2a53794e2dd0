"""All formats in one ZIP archive, sent while it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class ZipPart:
    """What an archive has of a recording: its recap, the PDF, where there is one, and the letterhead of documents.

    `others` are further documents, by the endings of their names.
    """

    recap: Recap
    pdf: Path | None
    letterhead: Letterhead | None = None
    others: Mapping[str, BytesIO] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The beginning of the names of its files."""
        return make_file_name(self.recap.title, is_draft=is_draft(self.recap))


def iterate_zip(part: ZipPart) -> Iterator[bytes]:
    """The archive in pieces: the PDF and every other format, one at a time in memory."""
    outlet = _Outlet()
    with _open_zip(outlet) as archive:
        for _ in _write_documents(archive, part.stem, part):
            yield outlet.take()
    yield outlet.take()


def iterate_zip_of_many(parts: Iterable[tuple[str, ZipPart | None]]) -> Iterator[bytes]:
    """The archive of several recordings in pieces: a folder of a name for each, one recap at a time in memory.

    Those that have no recap are named in a text file.
    """
    outlet, names, left_out = _Outlet(), set[str](), []
    with _open_zip(outlet) as archive:
        for name, part in parts:
            if part is None:
                left_out.append(name)
                continue
            for _ in _write_documents(archive, f"{_choose_folder(name, names)}/{part.stem}", part):
                yield outlet.take()
        if left_out:
            archive.writestr("Not finished.txt", "These recordings have no recap yet:\n" + "\n".join(left_out) + "\n")
    yield outlet.take()


def _choose_folder(name: str, taken: set[str]) -> str:
    """A name that no folder has yet; systems that do not tell case apart count too."""
    number, chosen = 1, name
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{name} ({number})"
    taken.add(chosen.casefold())
    return chosen


def _open_zip(outlet: _Outlet) -> ZipFile:
    return ZipFile(outlet, "w", ZIP_DEFLATED)  # type: ignore[call-overload, no-any-return]


def _write_documents(archive: ZipFile, stem: str, part: ZipPart) -> Iterator[None]:
    """Write the documents of a recording; yields whenever some of it is written."""
    if part.pdf:
        with part.pdf.open("rb") as source, archive.open(f"{stem}.pdf", "w") as entry:
            while piece := source.read(_PIECE_BYTES):
                entry.write(piece)
                yield
    for name, write in writers_with(part.letterhead).items():
        document = BytesIO()
        write(part.recap, document)
        archive.writestr(f"{stem}.{name}", document.getvalue())
        yield
    for name, document in part.others.items():
        archive.writestr(f"{stem}.{name}", document.getvalue())
        yield
