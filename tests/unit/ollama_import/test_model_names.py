from __future__ import annotations

import pytest

from ollama_import.names import NameRefused, check_name


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
