"""Numbers as people write them, found in what was said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from pipeline.numbers.find import find_numbers, write_numbers
from pipeline.numbers.usage import USAGES
from pipeline.overlays import Spelling
from pipeline.recap import Segment, Transcript

WRITTEN = [
    ("en", "It costs twenty five thousand euros.", ["25,000"]),
    ("en", "Ninety percent of two hundred and fifty people.", ["90%", "250"]),
    ("en", "The twenty first of May two thousand twenty four.", ["21st", "2024"]),
    ("en", "On May twenty first and the third of June.", ["21st", "3rd"]),
    ("en", "Two thousand five hundred dollars, five euros.", ["2,500", "5"]),
    ("en", "Three point five million, two million five hundred thousand.", ["3.5", "2,500,000"]),
    ("en", "Sixty to seventy people came, five million stayed.", ["60", "70", "5 million"]),
    ("en", "Thirty-four tickets in a twenty minute call.", ["34", "20"]),
    ("nl", "Op drieëntwintig november kost het vijfentwintigduizend euro.", ["23", "25.000"]),
    ("nl", "Op drie mei was het drie komma vijf procent, niet honderd procent.", ["3", "3,5%", "100%"]),
    ("nl", "De drieëntwintigste november, twee miljoen mensen.", ["23e", "2 miljoen"]),
    ("de", "Am dreiundzwanzigsten November fünfundzwanzigtausend Euro.", ["23.", "25.000"]),
    ("de", "Drei Komma fünf Prozent, zwei Millionen, einundzwanzig Leute.", ["3,5\xa0%", "2 Millionen", "21"]),
    ("fr", "Quatre-vingt-dix pour cent de vingt-cinq mille euros.", ["90\xa0%", "25\xa0000"]),
    ("fr", "Le premier mai, le vingt-trois novembre deux mille vingt-quatre.", ["1er", "23", "2024"]),
    ("fr", "Soixante et onze personnes, deux virgule cinq.", ["71", "2,5"]),
    ("es", "Veinticinco mil euros y el noventa por ciento.", ["25.000", "90\xa0%"]),
    ("es", "El treinta y uno de mayo, el tres de junio, dos coma cinco.", ["31", "3", "2,5"]),
    ("en-GB", "Fifteen people.", ["15"]),
]
AS_SAID = [
    ("en", "One of them needs a second, one or two minutes, and twelve bugs."),
    ("en", "First, second and third, for the twentieth time."),
    ("en", "Call four four two five, in nineteen ninety nine, twenty four seven."),
    ("en", "It costs 25,000 euros, 25 thousand five hundred, 3 million or 90%."),
    ("en", "A hundred and fifty, a couple of hundred thousand, a thousand times, one million."),
    ("en", "Five to ten thousand, twenty-five and a half."),
    ("en", "We heard Twenty One Pilots in the Club Forty Two."),
    ("en", "They may third it, and the march twenty first."),
    ("nl", "Een van de twee, duizend keer, twee en een half miljoen, vijf en twintig mensen."),
    ("de", "Ein Mann, eine Million, zwei und dreißig Leute, tausend Dank."),
    ("fr", "Un ou deux, mille fois, deux millions et demi, quatre-vingt-dix pour cent vingt, neuf."),
    ("es", "Uno de los dos, mil veces, dos millones y medio, once."),
    ("sv", "Tjugofem tusen kronor."),
    ("ja", "二十五人"),
]


@pytest.mark.parametrize(("language", "said", "written"), WRITTEN)
def test_numbers_are_written_as_people_write_them(language: str, said: str, written: list[str]) -> None:
    found = find_numbers(said, language)
    assert [one.written for one in found] == written
    assert all(said[one.position :].startswith(one.said) for one in found)


@pytest.mark.parametrize(("language", "said"), AS_SAID)
def test_what_is_not_sure_stays_as_it_was_said(language: str, said: str) -> None:
    assert find_numbers(said, language) == []


def test_the_numbers_of_sample_meetings_are_all_right() -> None:
    truth = json.loads((config.ROOT / "audio_samples" / "launch-planning.json").read_text())
    sentences = [sentence["text"] for turn in truth["turns"] for sentence in turn["sentences"]]
    assert [(one.said, one.written) for text in sentences for one in find_numbers(text, "en")] == [
        ("forty thousand", "40,000"),
        ("eight thousand", "8,000"),
        ("first", "1st"),
        ("two hundred and forty", "240"),
        ("sixty percent", "60%"),
        ("twenty percent", "20%"),
        ("fifteen percent", "15%"),
        ("two thousand", "2,000"),
        ("thirty thousand", "30,000"),
        ("twentieth", "20th"),
        ("first", "1st"),
    ]


def test_each_segment_is_read_in_its_own_language_and_text_and_words_stay() -> None:
    segments = (
        Segment("s1", 0.0, 1.0, "Twenty five people."),
        Segment("s2", 1.0, 2.0, "Vijfentwintig mensen.", language="nl"),
    )
    made = write_numbers(Transcript("en", 1.0, 2.0, (), segments))
    assert [[one.written for one in segment.numbers] for segment in made.segments] == [["25"], ["25"]]
    assert [segment.text for segment in made.segments] == [segment.text for segment in segments]


def test_what_a_vocabulary_wrote_is_no_number() -> None:
    spelled = Segment("s1", 0.0, 1.0, "Ask twenty five.", spellings=(Spelling(4, "twenty five", "twenty fife"),))
    assert write_numbers(Transcript("en", 1.0, 1.0, (), (spelled,))).segments[0].numbers == ()


NUMBER_WORDS = "twenty five thousand million one and a half point percent euros May first to 25 hundred".split()
OTHER_WORDS = (
    "vingt cent pour mille zwanzig und Prozent honderd procent mil por ciento de we Ünï 漢字 , . ? - '".split()
)


@given(st.lists(st.sampled_from(NUMBER_WORDS + OTHER_WORDS), max_size=20), st.sampled_from([*USAGES]))
def test_any_words_have_numbers_in_order_that_do_not_overlap(words: list[str], language: str) -> None:
    text = " ".join(words)
    end = 0
    for one in find_numbers(text, language):
        assert one.position >= end
        assert one.said
        assert one.written
        end = one.position + len(one.said)
        assert text[one.position : end] == one.said


@given(st.text(max_size=40), st.sampled_from([*USAGES]))
def test_any_text_is_read(text: str, language: str) -> None:
    find_numbers(text, language)
