from __future__ import annotations

import pytest

from pipeline.ollama.names import NameRefused, check_name, full_name, name_key


@pytest.mark.parametrize(
    "name", ["recap", "recap:8b", "Recap_2.1-it:Q4_K_M", "team/recap", "host.example:5000/team/recap:8b"]
)
def test_names_that_ollama_takes(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("my recap", "'my recap' is no name"),
        ("-recap", "'-recap' is no name"),
        ("", "'' is no name"),
        ("recap:", "'' is no tag"),
        ("recap:8 b", "'8 b' is no tag"),
        ("a:b:c", "'a:b' is no name"),
        ("réunion", "'réunion' is no name"),
        ("te.am/recap", "'te.am' is no namespace"),
        ("/recap", "'' is no namespace"),
        ("a/b/c/d", "'a/b' is no host"),
        ("r" * 81, "is no name that Ollama takes"),
    ],
)
def test_names_that_ollama_refuses_are_refused_with_the_part_that_is_wrong(name: str, part: str) -> None:
    with pytest.raises(NameRefused, match=part):
        check_name(name)


def test_names_that_mean_the_same_model_have_the_same_key() -> None:
    same = ("recap", "recap:latest", "Recap", "library/recap", "registry.ollama.ai/library/recap:latest")
    assert len({name_key(name) for name in same}) == 1
    assert name_key("recap") not in {name_key("recap:8b"), name_key("team/recap"), name_key("other")}


def test_a_name_without_a_tag_means_the_latest() -> None:
    assert full_name("host:5000/team/recap") == "host:5000/team/recap:latest"
    assert full_name("recap:8b") == "recap:8b"
