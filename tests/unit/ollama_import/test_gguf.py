from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gguf_files import gguf, gguf_header, put_sparse_gguf

from ollama_import.gguf import GgufError, GgufHeader, read_header


def put(folder: Path, data: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return path


def test_the_header_tells_what_the_model_is(tmp_path: Path) -> None:
    header = read_header(put(tmp_path, gguf("BF16", weights=320, general__type="model", tokenizer__chat_template="")))
    assert header == GgufHeader(
        architecture="llama", kind="model", file_type=32, parameter_count=320, part=0, parts=1, is_embedding=False
    )
    assert header.quantization == "BF16"
    assert not header.is_projector


def test_parts_projectors_and_embedding_models_are_known(tmp_path: Path) -> None:
    part = read_header(put(tmp_path, gguf(split__no=1, split__count=3)))
    assert (part.part, part.parts) == (1, 3)
    assert read_header(put(tmp_path, gguf(general__type="mmproj"))).is_projector
    assert read_header(put(tmp_path, gguf(general__architecture="clip"))).is_projector
    assert read_header(put(tmp_path, gguf(llama__pooling_type=1))).is_embedding
    assert read_header(put(tmp_path, gguf(None))).quantization == "unknown"


@pytest.mark.parametrize("missing", [1, 64, 65, 200])
def test_a_file_that_breaks_off_is_refused(tmp_path: Path, missing: int) -> None:
    with pytest.raises(GgufError, match="breaks off"):
        read_header(put(tmp_path, gguf()[:-missing]))


def test_another_file_and_another_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GgufError, match="not in GGUF format"):
        read_header(put(tmp_path, b"<html>"))
    with pytest.raises(GgufError, match="version 1 of the GGUF format"):
        read_header(put(tmp_path, b"GGUF\x01\0\0\0" + bytes(16)))


def test_a_large_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    put_sparse_gguf(path, 1 << 40)
    assert read_header(path).parameter_count == 1 << 40


@given(st.data())
def test_a_damaged_header_is_refused_or_read_but_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = gguf_header()
    at = data.draw(st.integers(4, len(whole) - 1))
    path = put(tmp_path_factory.getbasetemp(), whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + 4 :])
    try:
        assert read_header(path).parts >= 1
    except GgufError as error:
        assert str(path) in str(error)
