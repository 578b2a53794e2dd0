from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.gguf_files import gguf

from ollama_import.errors import ImportProblem
from ollama_import.weight_files import WeightsError, check_weights, find_weights


def safetensors(count: int = 16) -> bytes:
    header = json.dumps({"__metadata__": {}, "w": {"dtype": "F32", "shape": [4], "data_offsets": [0, count]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(count)


def put(folder: Path, **files: bytes) -> None:
    for name, data in files.items():
        path = folder / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_all_parts_of_a_split_model_are_sent(tmp_path: Path) -> None:
    names = [f"big[1]-0000{part}-of-00003.gguf" for part in (1, 2, 3)]
    for part, name in enumerate(names):
        (tmp_path / name).write_bytes(gguf(split__no=part, split__count=3))
    found = find_weights(names[0], tmp_path)
    assert sorted(found) == names
    assert len(check_weights(found)) == 3
    (tmp_path / names[2]).unlink()
    with pytest.raises(WeightsError, match="one of 3 parts, but 2 are there"):
        find_weights(names[0], tmp_path)
    with pytest.raises(WeightsError, match="comes in 3 parts, but 2 are there"):
        check_weights(find_weights(".", tmp_path))


def test_a_folder_of_safetensors_comes_with_what_it_needs_and_stays_inside(tmp_path: Path) -> None:
    put(
        tmp_path / "weights", model_1__safetensors=safetensors(), model_2__safetensors=safetensors(), notes__txt=b"x",
        config__json=b"{}", chat_template__jinja=b"x", tokenizer__model=b"x", sub___config__json=b"{}",
    )  # fmt: skip
    files = find_weights("./weights", tmp_path)
    assert sorted(files) == [
        "chat_template.jinja", "config.json", "model_1.safetensors", "model_2.safetensors", "sub/config.json",
        "tokenizer.model",
    ]  # fmt: skip
    assert check_weights(files) == []
    os.symlink(tmp_path / "weights" / "config.json", tmp_path / "weights" / "inside.json")
    assert "inside.json" in find_weights("./weights", tmp_path)
    put(tmp_path, secret__json=b"{}")
    os.symlink(tmp_path / "secret.json", tmp_path / "weights" / "stolen.json")
    with pytest.raises(WeightsError, match="leads out of its folder"):
        find_weights("./weights", tmp_path)


def test_a_folder_of_gguf_is_sent_without_what_lies_beside(tmp_path: Path) -> None:
    put(tmp_path, model__gguf=gguf(), config__json=b"{}", README__md=b"x")
    assert sorted(find_weights(".", tmp_path)) == ["model.gguf"]


def test_several_models_in_one_folder_are_no_model(tmp_path: Path) -> None:
    put(tmp_path, a_Q4__gguf=gguf(), a_F16__gguf=gguf("F16"))
    with pytest.raises(WeightsError, match=r"more than one model: a_F16.gguf, a_Q4.gguf. Name one"):
        check_weights(find_weights(".", tmp_path))


def test_a_model_may_have_eyes_in_a_file_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, model__gguf=gguf(), mmproj__gguf=gguf(general__type="mmproj"))
    assert len(check_weights(find_weights(".", tmp_path))) == 2


def test_paths_may_be_absolute_or_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "home", model__gguf=gguf())
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert find_weights("~/model.gguf", tmp_path)["model.gguf"] == tmp_path / "home" / "model.gguf"
    assert find_weights(str(tmp_path / "home" / "model.gguf"), Path("/elsewhere")).keys() == {"model.gguf"}
    with pytest.raises(WeightsError, match="no such home folder"):
        find_weights("~nobody-of-that-name/model.gguf", tmp_path)


@pytest.mark.parametrize("name", ["./recap", "../recap", "/none/recap", "~/none/recap", "recap.gguf", "recap.GGUF"])
def test_a_path_without_a_file_is_no_name_of_a_model(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="does not exist"):
        find_weights(name, tmp_path)
    assert find_weights("recap:8b", tmp_path) == {}


def test_a_dead_link_is_told_apart_from_a_name(tmp_path: Path) -> None:
    os.symlink("/nowhere/model.gguf", tmp_path / "model")
    with pytest.raises(WeightsError, match="a link to a file that does not exist"):
        find_weights("model", tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("model.gguf", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "only a Git LFS pointer"),
        ("model.gguf", b"what?", "not in GGUF format"),
        ("model.gguf", gguf()[:-1], "breaks off"),
        ("model.safetensors", safetensors()[:-1], "breaks off: it has 105 of 106"),
        ("model.safetensors", b"\xff" * 40, "not in safetensors format"),
        ("model.safetensors", b"\x02\0\0\0\0\0\0\0[]", "not in safetensors format"),
        ("model.safetensors", (200_000).to_bytes(8, "little") + b"[" * 200_000, "not in safetensors format"),
        ("model.gguf", gguf(split__no=0, split__count=4_000_000_000), "comes in 4000000000 parts, but 1 are there"),
        ("model.bin", b"PK\x03\x04", "PyTorch weights"),
    ],
)
def test_files_that_ollama_could_not_use_are_refused_before_they_are_sent(
    tmp_path: Path, name: str, data: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportProblem, match=problem):
        check_weights(find_weights(f"./{name}", tmp_path))


@pytest.mark.parametrize("name", ["model.gguf", "config.json"])
def test_a_pipe_is_no_file_to_wait_for(tmp_path: Path, name: str) -> None:
    if name == "config.json":
        put(tmp_path, model__safetensors=safetensors())
    os.mkfifo(tmp_path / name)
    with pytest.raises(WeightsError, match=f"{name} is not a file"):
        check_weights(find_weights(".", tmp_path))


@pytest.mark.parametrize("name", ["~root\0/model.gguf", "~nobody-has-this-name/model.gguf"])
def test_a_home_folder_that_cannot_be_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="no such home folder"):
        find_weights(name, tmp_path)


def test_a_folder_of_pytorch_weights_is_refused_in_words(tmp_path: Path) -> None:
    put(tmp_path, pytorch_model__bin=b"PK\x03\x04", config__json=b"{}")
    with pytest.raises(WeightsError, match="PyTorch weights; Ollama takes GGUF and safetensors"):
        find_weights(".", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="has no weights"):
        find_weights("empty", tmp_path)
