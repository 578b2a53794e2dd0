"""Weights of words, borders of topics, and their titles."""

from __future__ import annotations

from pipeline.summarize.cues import cues_for
from pipeline.summarize.cues.speech import TABLES, speech_words
from pipeline.summarize.extractive.phrases import PhraseBook
from pipeline.summarize.extractive.tiling import find_borders, wanted_topics
from pipeline.summarize.extractive.word_weights import WordWeights, tokenize, weightless_words

HARBOUR = [
    "The old harbour needs new paint before summer.",
    "Our harbour crane lost its paint too.",
    "Painting the harbour crane costs a lot.",
]
BICYCLES = [
    "Every bicycle rack at the entrance is full.",
    "Yeah, you know, we need a bicycle rack behind the building.",
    "The bicycle rack by the entrance is too small.",
]


def weights_of(*texts: str, language: str = "en") -> WordWeights:
    weightless = weightless_words(cues_for(language), speech_words(language))
    return WordWeights([tokenize(text) for text in texts], language, weightless)


def test_words_weigh_by_how_much_more_often_they_come_than_in_the_language() -> None:
    weights = weights_of(*HARBOUR, *BICYCLES)
    assert weights["harbour"] > weights["summer"] > 0
    assert weights["crane"] > weights["building"]


def test_fillers_and_hesitations_weigh_nothing_however_often_they_come() -> None:
    weights = weights_of(*["Um, yeah, you know, like, okay, I think so, mm."] * 9, *HARBOUR)
    assert all(weights[word] == 0 for word in "um yeah you know like okay i think so mm".split())


def test_a_word_said_once_weighs_a_third() -> None:
    once = weights_of("The crane moved slowly.", "Nothing else.")["crane"]
    twice = weights_of("The crane moved slowly.", "The crane.")["crane"]
    assert 0 < once < twice / 2


def test_inflections_count_together_and_signs_without_spaces_in_pairs() -> None:
    weights = weights_of(*HARBOUR)
    assert weights["harbour"] == weights["harbours"] == weights["harbour's"]
    assert tokenize("Don't stop: 会議室は") == ["don't", "stop", "会議", "議室", "室は"]


def test_a_language_without_known_shares_weighs_words_by_how_few_sentences_have_them() -> None:
    texts = [f"ar y harbwr {word}" for word in "un dau tri pedwar pump chwech saith craen craen wyth".split()]
    weights = weights_of(*texts, language="cy")
    assert weights["harbwr"] == 0 < weights["craen"]


def test_a_border_lies_where_the_words_change() -> None:
    texts = HARBOUR * 8 + BICYCLES * 8
    weights = weights_of(*texts)
    starts = [20.0 * number for number in range(len(texts))]
    borders = find_borders([weights.of(tokenize(text)) for text in texts], starts, 960.0)
    assert 24 in borders
    assert len(borders) <= wanted_topics(960.0)
    assert find_borders([], [], 0.0) == []


def test_what_is_announced_begins_a_topic_in_any_case() -> None:
    texts = HARBOUR * 16
    weights = [weights_of(*texts).of(tokenize(text)) for text in texts]
    assert {0, 5, 30} <= set(find_borders(weights, [20.0 * n for n in range(48)], 960.0, given=[5, 30]))


def test_long_meetings_have_more_topics_but_not_as_many_a_minute() -> None:
    assert [wanted_topics(60.0 * minutes) for minutes in (0, 1, 5, 12, 60, 180)] == [1, 1, 3, 5, 10, 17]


def test_a_title_is_a_phrase_with_a_noun_that_is_said_here_and_not_elsewhere() -> None:
    book = PhraseBook([HARBOUR, BICYCLES], weights_of(*HARBOUR, *BICYCLES), speech_words("en"))
    assert book.title(0).startswith("Harbour crane")
    assert book.title(1).startswith("Bicycle rack")
    assert PhraseBook([["Yeah."]], weights_of("Yeah."), speech_words("en")).title(0) == ""


def test_titles_keep_the_capitals_of_names_and_leave_out_adverbs_and_adjectives() -> None:
    texts = [
        "The Welsh Government really wants the schools to reopen.",
        "With the Welsh Government we are very clear.",
        "It is really, really clear to the Welsh Government.",
    ]
    title = PhraseBook([texts, BICYCLES], weights_of(*texts, *BICYCLES), speech_words("en")).title(0)
    assert title.startswith("Welsh Government")
    assert "really" not in title
    assert "clear" not in title


def test_every_language_with_cues_has_words_of_speech() -> None:
    assert all(cues_for(language) for language in TABLES)
    assert speech_words("en-GB") is TABLES["en"]
    assert speech_words("cy") is None
