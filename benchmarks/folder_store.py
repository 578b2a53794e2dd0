"""A store of results in a folder and a monitor that takes times, for benchmarks that run steps without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderStore:
    """Results as files of one folder, see `pipeline.results.Store`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str, suffix: str) -> Path | None:
        """The file of a result, if it is there."""
        path = self.folder / f"{key}{suffix}"
        return path if path.exists() else None

    @contextmanager
    def publish(self, key: str, suffix: str) -> Iterator[Path]:
        """A path to write to; the result is there once the block has ended."""
        path = self.folder / f"{key}.new"
        yield path
        path.rename(self.folder / f"{key}{suffix}")

    def save_part(self, key: str, number: int, data: bytes) -> None:
        """Keep a batch."""
        (self.folder / f"{key}-{number:06}.part").write_bytes(data)

    def parts(self, key: str) -> list[bytes]:
        """The batches that were kept."""
        return [path.read_bytes() for path in sorted(self.folder.glob(f"{key}-*.part"))]

    def drop_parts(self, key: str) -> None:
        """Remove them."""
        for path in self.folder.glob(f"{key}-*.part"):
            path.unlink()


class StageClock:
    """A monitor that only notes what each stage took, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def enter(self, stage: str) -> None: ...
    def progress(self, fraction: float) -> None: ...
    def use(self, kind: str, key: str) -> None: ...
    def saved(self) -> None: ...

    def took(self, stage: str, model: str, seconds: float) -> None:
        """Note it."""
        self.seconds[stage] = round(seconds, 2)
