from __future__ import annotations

import pytest

from ollama_import.name_check import NameRefused, check_name


@pytest.mark.parametrize(
    "name", ["recap", "recap:8b", "Recap_2.1-it:Q4_K_M", "team/recap", "host.example:5000/team/recap:8b"]
)
def test_names_that_ollama_takes(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("my recap", "'my recap' is not a name"),
        ("-recap", "'-recap' is not a name"),
        ("", "'' is not a name"),
        ("recap:", "'' is not a tag"),
        ("recap:8 b", "'8 b' is not a tag"),
        ("a:b:c", "'a:b' is not a name"),
        ("réunion", "'réunion' is not a name"),
        ("te.am/recap", "'te.am' is not a namespace"),
        ("/recap", "'' is not a namespace"),
        ("a/b/c/d", "'a/b' is not a host"),
        ("r" * 81, "is not a name that Ollama accepts"),
    ],
)
def test_names_that_ollama_refuses_are_refused_with_the_part_that_is_wrong(name: str, part: str) -> None:
    with pytest.raises(NameRefused, match=part):
        check_name(name)
