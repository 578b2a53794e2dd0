"""A vocabulary is one name or term a line; what cannot be read is told by its line, without its words."""

from __future__ import annotations

import pytest

from pipeline.vocabulary.entries import (
    MAX_CHARACTERS,
    MAX_ENTRIES,
    Entry,
    InvalidVocabulary,
    clean_vocabulary,
    parse_vocabulary,
    terms_of,
)


def test_each_line_is_a_term_or_a_form_and_what_to_write() -> None:
    text = "Anna Kowalski\r\n\r\n  Grafana \n\nreal recap -> RealRecap\nkuber netties → Kubernetes\nGrafana\n"
    entries = parse_vocabulary(text)
    assert entries == (
        Entry("Anna Kowalski"),
        Entry("Grafana"),
        Entry("RealRecap", "real recap"),
        Entry("Kubernetes", "kuber netties"),
    )
    assert clean_vocabulary(text) == "Anna Kowalski\nGrafana\nreal recap -> RealRecap\nkuber netties -> Kubernetes"


def test_what_is_kept_is_read_as_the_same_again() -> None:
    text = clean_vocabulary("a=>Anna\nC#\nMüller\nJean-Luc\n木村")
    assert clean_vocabulary(text) == text


def test_letters_and_their_accents_are_one_character() -> None:
    assert parse_vocabulary("Mu\u0308ller") == (Entry("M\u00fcller"),)


def test_control_characters_and_extra_spaces_are_left_out() -> None:
    assert parse_vocabulary("Anna\t\u202e  Kowalski\x07") == (Entry("Anna Kowalski"),)


def test_a_term_that_several_lines_write_is_one_term() -> None:
    assert terms_of(parse_vocabulary("Grafana\ngraph anna -> Grafana\nRedis")) == ("Grafana", "Redis")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Anna\n-> Secret", "Line 2 of the vocabulary has nothing on one side of its arrow."),
        ("Secret ->", "Line 1 of the vocabulary has nothing on one side of its arrow."),
        ("secret -> b -> c", "Line 1 of the vocabulary has more than one arrow."),
        ("\n\n***", "Line 3 of the vocabulary has no letter or digit."),
        ("Secret" * 11, "Line 1 of the vocabulary is longer than 60 characters."),
        ("a secret of far too many", "Line 1 of the vocabulary has more than 5 words."),
        ("secret -> A\nAnna\nSecret -> B", "Line 3 of the vocabulary replaces the same words as line 1."),
        ("\n".join(f"secret {n}" for n in range(MAX_ENTRIES + 1)), "The vocabulary has 201 entries, more than 200."),
        ("secret\n" * MAX_CHARACTERS, "The vocabulary has more than 10,000 characters."),
    ],
)
def test_what_cannot_be_read_is_told_by_line_and_never_quoted(text: str, problem: str) -> None:
    with pytest.raises(InvalidVocabulary) as refused:
        parse_vocabulary(text)
    assert refused.value.message == problem
    assert refused.value.code == "invalid_vocabulary"
    assert refused.value.hint
    assert "secret" not in f"{refused.value.message} {refused.value.hint}".lower()
