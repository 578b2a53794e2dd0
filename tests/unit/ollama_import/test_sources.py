from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import gguf

from ollama_import.sources import UnknownName, choose_models, find_duplicates, find_models


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def names(folder: Path) -> list[str]:
    return [one.name for one in find_models(folder)]


def test_models_are_found_with_names_and_tags(tmp_path: Path) -> None:
    put(tmp_path / "plain", Modelfile="FROM base")
    put(tmp_path / "tagged:8b", Modelfile="FROM base")
    put(tmp_path / "named", Modelfile="FROM base", NAME="team/recap:8b\n")
    put(tmp_path / "lower", modelfile="FROM base")
    put(tmp_path / "several", **{"8b__Modelfile": "FROM base", "70b__Modelfile": "FROM base"})
    put(tmp_path, single__Modelfile="FROM base")
    put(tmp_path / ".hidden", Modelfile="FROM base")
    put(tmp_path / "notes", README__md="nothing to import")
    assert names(tmp_path) == ["lower", "plain", "several:70b", "several:8b", "single", "tagged:8b", "team/recap:8b"]


def test_weights_alone_are_a_model(tmp_path: Path) -> None:
    (put(tmp_path / "bare") / "model.gguf").write_bytes(gguf())
    (source,) = find_models(tmp_path)
    assert (source.name, source.modelfile, source.place) == ("bare", None, tmp_path / "bare")


def test_what_looks_like_a_modelfile_is_not_passed_over(tmp_path: Path) -> None:
    (put(tmp_path / "windows", Modelfile__txt="FROM ./model.gguf") / "model.gguf").write_bytes(gguf())
    (source,) = find_models(tmp_path)
    assert "Modelfile.txt is not read" in source.problem


def test_a_name_may_carry_a_byte_order_mark_and_may_not_be_damaged(tmp_path: Path) -> None:
    put(tmp_path / "a", Modelfile="FROM base")
    (tmp_path / "a" / "NAME").write_bytes("recap:8b\r\n".encode("utf-16"))
    put(tmp_path / "b", Modelfile="FROM base")
    (tmp_path / "b" / "NAME").write_bytes(b"\xff\xfa\xff")
    damaged, good = sorted(find_models(tmp_path), key=lambda one: one.name)
    assert (good.name, good.problem) == ("recap:8b", "")
    assert "NAME, line 1" in damaged.problem


def test_a_model_may_say_how_it_is_quantized(tmp_path: Path) -> None:
    put(tmp_path / "a", Modelfile="FROM base", QUANTIZE="q8_0\n")
    assert find_models(tmp_path)[0].quantize == "q8_0"


def test_models_are_chosen_by_name_and_an_unknown_name_lists_the_known(tmp_path: Path) -> None:
    for name in ("a", "b:8b", "c"):
        put(tmp_path / name, Modelfile="FROM base")
    sources = find_models(tmp_path)
    assert [one.name for one in choose_models(sources, [])] == ["a", "b:8b", "c"]
    assert [one.name for one in choose_models(sources, ["C:latest", "b:8b"])] == ["b:8b", "c"]
    with pytest.raises(UnknownName, match=r"There is no model b, x\. The models there are: a, b:8b, c\."):
        choose_models(sources, ["a", "b", "x"])


def test_two_sources_of_one_name_are_both_named(tmp_path: Path) -> None:
    put(tmp_path / "recap", Modelfile="FROM base")
    put(tmp_path / "other", Modelfile="FROM base", NAME="Recap:latest")
    put(tmp_path / "alone", Modelfile="FROM base")
    doubles = find_duplicates(find_models(tmp_path))
    assert doubles.keys() == {tmp_path / "recap" / "Modelfile", tmp_path / "other" / "Modelfile"}
    assert all(f"{tmp_path}/{name}/Modelfile" in said for said in doubles.values() for name in ("recap", "other"))
