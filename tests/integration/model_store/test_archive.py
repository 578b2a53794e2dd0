"""Models carried in one file: complete ones arrive, and no archive writes what or where it should not."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import speech_models
from core.speech_models import DEMO_FOLDER, SpeechModel
from model_store.archive import CONTENTS, export_models, import_models
from model_store.checking import check_model
from model_store.errors import ArchiveRefused
from pipeline.errors import StorageFull

DATA = b"weights" * 1000


def ignore(*_: object) -> None:
    """Nobody watches."""


@pytest.fixture
def demo(tmp_path: Path) -> list[SpeechModel]:
    """The demo models, as if installed."""
    shutil.copytree(DEMO_FOLDER, tmp_path / "installed")
    return speech_models.list_models(tmp_path / "installed")


@pytest.fixture
def file(tmp_path: Path, demo: list[SpeechModel]) -> Path:
    """An archive of both."""
    export_models(demo, tmp_path / "models.tar", ignore)
    return tmp_path / "models.tar"


def test_models_arrive_complete_on_the_other_machine(file: Path, demo: list[SpeechModel], tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "models"
    seen: list[tuple[str, int, int]] = []
    results = import_models(file, target, lambda *told: seen.append(told))
    assert [(model.name, outcome) for model, outcome in results] == [
        ("diarization-demo", "installed"), ("whisper-demo-en", "installed"),
    ]  # fmt: skip
    for model in demo:
        for path in (path for path in model.folder.rglob("*") if path.is_file()):
            assert (target / model.name / path.relative_to(model.folder)).read_bytes() == path.read_bytes()
    assert [check_model(model, ignore).outcome for model in speech_models.list_models(target)] == ["intact"] * 2
    assert seen[-1][1] == seen[-1][2]
    assert [outcome for _, outcome in import_models(file, target, ignore)] == ["unchanged"] * 2


def test_the_file_is_a_plain_tar_with_sums_that_other_tools_read(file: Path) -> None:
    with tarfile.open(file) as archive:
        names = archive.getnames()
        listed = json.load(archive.extractfile(CONTENTS))  # type: ignore[arg-type]
        weights = archive.extractfile("whisper-demo-en/model.bin").read()  # type: ignore[union-attr]
    assert names[0] == CONTENTS
    entry = next(one for one in listed["models"][1]["files"] if one["path"] == "model.bin")
    assert entry == {"path": "model.bin", "size": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}


def test_another_version_is_replaced_on_request_only(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "models"
    import_models(file, target, ignore)
    (target / "whisper-demo-en" / "realrecap-model.json").unlink()
    (target / "whisper-demo-en" / "model.bin").write_bytes(b"mine")
    assert [outcome for _, outcome in import_models(file, target, ignore)] == ["unchanged", "differs"]
    assert (target / "whisper-demo-en" / "model.bin").read_bytes() == b"mine"
    assert [outcome for _, outcome in import_models(file, target, ignore, force=True)] == ["unchanged", "installed"]
    assert (target / "whisper-demo-en" / "model.bin").stat().st_size > 100


def test_a_damaged_model_is_not_exported_and_leaves_no_file(file: Path, tmp_path: Path) -> None:
    import_models(file, tmp_path / "models", ignore)
    with (tmp_path / "models" / "whisper-demo-en" / "model.bin").open("r+b") as weights:
        weights.write(b"other")
    with pytest.raises(ArchiveRefused, match="damaged, so its model is not exported"):
        export_models(speech_models.list_models(tmp_path / "models"), tmp_path / "second.tar", ignore)
    assert list(tmp_path.glob("second*")) == []


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.999])
def test_a_file_that_is_cut_off_installs_nothing(file: Path, tmp_path: Path, share: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data.rstrip(b"\0")) * share)])
    with pytest.raises(ArchiveRefused):
        import_models(file, tmp_path / "models", ignore)
    assert speech_models.list_models(tmp_path / "models") == []


def test_one_other_bit_installs_nothing(file: Path, tmp_path: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(ArchiveRefused):
        import_models(file, tmp_path / "models", ignore)
    assert speech_models.list_models(tmp_path / "models") == []


# Archives that nobody made by exporting


def entry(path: str = "model.bin", data: bytes = DATA, **changes: Any) -> dict[str, Any]:
    return {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} | changes


def contents(*files: dict[str, Any], name: str = "evil", **changes: Any) -> dict[str, Any]:
    return {"format": 1, "models": [{"name": name, "kind": "whisper", "files": files or (entry(),)}]} | changes


def pack(path: Path, manifest: Any, *members: tuple[str, bytes] | tarfile.TarInfo) -> Path:
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    with tarfile.open(path, "w") as archive:
        for each in ((CONTENTS, text), *members):
            if isinstance(each, tarfile.TarInfo):
                archive.addfile(each, io.BytesIO(b"x" * each.size))
            else:
                member = tarfile.TarInfo(each[0])
                member.size = len(each[1])
                archive.addfile(member, io.BytesIO(each[1]))
    return path


def special(kind: bytes, **changes: Any) -> tarfile.TarInfo:
    member = tarfile.TarInfo("evil/model.bin")
    member.type = kind
    for name, value in changes.items():
        setattr(member, name, value)
    return member


ORDINARY = ("evil/model.bin", DATA)
REFUSED: dict[str, Callable[[], tuple[Any, ...]]] = {
    "no manifest": lambda: (b"not JSON", ORDINARY),
    "another format": lambda: (contents(format=2), ORDINARY),
    "no models": lambda: (contents(models=[]), ORDINARY),
    "a path above the folder": lambda: (contents(entry("../model.bin")), ("evil/../model.bin", DATA)),
    "an absolute path": lambda: (contents(entry("/etc/model.bin")), ("/etc/model.bin", DATA)),
    "a path with a dot": lambda: (contents(entry("./model.bin")), ("evil/./model.bin", DATA)),
    "a hidden file": lambda: (contents(entry(".model.bin")), ("evil/.model.bin", DATA)),
    "a backslash": lambda: (contents(entry("a\\model.bin")), ("evil/a\\model.bin", DATA)),
    "a zero byte": lambda: (contents(entry("a\0b")), ("evil/a", DATA)),
    "its own manifest": lambda: (contents(entry("realrecap-model.json")), ("evil/realrecap-model.json", DATA)),
    "a model above the folder": lambda: (contents(name=".."), ("../model.bin", DATA)),
    "a model in a folder": lambda: (contents(name="a/b"), ("a/b/model.bin", DATA)),
    "a hidden model": lambda: (contents(name=".partial"), (".partial/model.bin", DATA)),
    "a file twice": lambda: (contents(entry(), entry()), ORDINARY, ORDINARY),
    "a file that is a folder too": lambda: (contents(entry("a"), entry("a/b")), ("evil/a", DATA), ("evil/a/b", DATA)),
    "a wrong sum": lambda: (contents(entry(sha256="0" * 64)), ORDINARY),
    "a wrong size": lambda: (contents(entry(size=len(DATA) - 1)), ORDINARY),
    "a file that is not listed": lambda: (contents(), ORDINARY, ("evil/more.bin", DATA)),
    "a file that is missing": lambda: (contents(entry(), entry("more.bin")), ORDINARY),
    "another order": lambda: (contents(entry("a"), entry("b")), ("evil/b", DATA), ("evil/a", DATA)),
    "a symbolic link": lambda: (contents(entry(data=b"")), special(tarfile.SYMTYPE, linkname="/etc/passwd")),
    "a hard link": lambda: (contents(entry(data=b"")), special(tarfile.LNKTYPE, linkname=CONTENTS)),
    "a device": lambda: (contents(entry(data=b"")), special(tarfile.CHRTYPE, devmajor=1, devminor=5)),
    "a pipe": lambda: (contents(entry(data=b"")), special(tarfile.FIFOTYPE)),
    "a folder": lambda: (contents(entry(data=b"")), special(tarfile.DIRTYPE)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_with_tricks_is_refused_whole(name: str, tmp_path: Path) -> None:
    manifest, *members = REFUSED[name]()
    file, folder = pack(tmp_path / "evil.tar", manifest, *members), tmp_path / "around" / "models"
    with pytest.raises(ArchiveRefused):
        import_models(file, folder, ignore)
    assert speech_models.list_models(folder) == []
    assert [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    assert {path.name for path in tmp_path.iterdir()} <= {"evil.tar", "around"}
    outside = [path for path in (tmp_path / "around").rglob("*") if ".partial" not in path.relative_to(tmp_path).parts]
    assert outside in ([], [folder])


def test_the_same_archive_without_tricks_is_installed(tmp_path: Path) -> None:
    file = pack(tmp_path / "good.tar", contents(name="good"), ("good/model.bin", DATA))
    assert [outcome for _, outcome in import_models(file, tmp_path / "models", ignore)] == ["installed"]


def test_a_link_planted_where_models_are_collected_is_not_followed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "kept").write_text("kept")
    (tmp_path / "models" / ".partial").mkdir(parents=True)
    (tmp_path / "models" / ".partial" / "whisper-demo-en.import.old").symlink_to(tmp_path / "precious")
    import_models(file, tmp_path / "models", ignore)
    assert (tmp_path / "precious" / "kept").read_text() == "kept"


def test_what_does_not_fit_the_disk_is_said_before(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    with pytest.raises(StorageFull):
        import_models(file, tmp_path / "models", ignore)
    assert not (tmp_path / "models").exists()
