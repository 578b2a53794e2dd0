"""What hangs on words."""

from __future__ import annotations

import pytest

from pipeline.doubts.word_importance import EMPTY, HESITATION, TELLING, USUAL, weigh_word


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *[("25,000", "en"), ("thirteen", "en"), ("Friday.", "en"), ("not", "en"), ("don't", "en"), ("Kowalski,", "en")],
        *[("vrijdag", "nl"), ("geen", "nl"), ("dreizehn", "de"), ("Q3", "xx"), ("three", "en")],
    ],
)
def test_numbers_names_dates_and_negations_weigh_most(text: str, language: str) -> None:
    assert weigh_word(text, language, begins_sentence=False) == TELLING


def test_sounds_weigh_less_than_words_without_meaning_and_these_less_than_others() -> None:
    weights = [
        weigh_word(text, "en", begins_sentence=False) for text in ("um", "well", "people's", "library", "pergola")
    ]
    assert weights[:2] == [HESITATION, EMPTY]
    assert EMPTY < USUAL <= weights[3] < weights[4] < TELLING


def test_a_capital_of_a_sentence_an_everyday_word_or_a_german_noun_makes_no_name() -> None:
    assert weigh_word("Library", "en", begins_sentence=True) == weigh_word("library", "en", begins_sentence=False)
    assert weigh_word("Good", "en", begins_sentence=False) < TELLING
    assert weigh_word("Bibliothek", "de", begins_sentence=False) < TELLING


def test_words_of_a_language_without_a_list_are_all_usual() -> None:
    assert weigh_word("kitabu", "xx", begins_sentence=False) == USUAL


def test_what_has_no_letter_weighs_nothing() -> None:
    assert weigh_word("…", "en", begins_sentence=False) == 0
