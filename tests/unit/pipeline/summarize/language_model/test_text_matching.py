"""Whether something was said: words, quotes, endings of dates, numbers in digits and in words."""

from __future__ import annotations

import pytest
from support.scripted_models import talk

from pipeline.recap import Segment
from pipeline.summarize.language_model.normalization import normalize, to_one_line
from pipeline.summarize.language_model.spoken_content import SpokenContent
from pipeline.summarize.language_model.text_matching import find_ending, is_said


def segments(*texts: str, speakers: str = "") -> list[Segment]:
    return [Segment(f"g{n}", n, n + 1, text, (speakers or "A" * len(texts))[n]) for n, text in enumerate(texts)]


def test_words_are_found_whatever_their_signs_and_case_but_only_whole() -> None:
    said = segments("“It’s done,” she said", "— at last!")
    assert is_said("its DONE she said at last", said)
    assert is_said("It's done. She said — at last", said)
    assert not is_said("it's one", said)
    assert not is_said("s done", said)
    assert not is_said("...", said)
    assert normalize("Ｆｕｌｌ width, CAFÉ") == "full width café"


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("会议决定推迟发布。", "推迟发布"),
        ("来週の金曜日までに送ります", "金曜日まで"),
        ("ที่ประชุมตกลงเลื่อนการเปิดตัว", "เลื่อนการเปิดตัว"),
    ],
)
def test_scripts_without_spaces_are_searched_sign_by_sign(said: str, part: str) -> None:
    assert is_said(part, segments(said))
    assert not is_said(part[::-1], segments(said))


def test_what_cannot_be_seen_is_taken_out_but_what_spelling_needs_stays() -> None:
    assert to_one_line("a\u202eb\u0007c\n d\U000e0041\U000e0100\ufeff") == "abc d"
    assert to_one_line("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize(
    ("due", "said", "found"),
    [
        ("by Friday", "You have it by Friday.", "by Friday"),
        ("by Friday", "On Friday then.", "Friday"),
        ("before the end of June", "The end of June is fine.", "the end of June"),
        ("bis 3.", "Bis zum 3. bitte.", "Bis zum 3"),
        ("by the end of month", "It is ready by the end of the month.", "by the end of the month"),
        ("by June, the end", "The end of June is fine.", None),
        ("not before Friday", "We talk on Friday.", None),
        ("2 March", "It starts in March.", None),
        ("uiterlijk voor vrijdag", "Op vrijdag dan.", "vrijdag"),
        ("来週の金曜日", "来週の金曜日までに送ります", "来週の金曜日"),
        ("by Easter", "By then.", None),
        ("to it", "I will see to it", "to it"),
        ("of it", "It is late", None),
        ("", "Anything.", None),
    ],
)
def test_of_a_due_date_the_part_that_was_said_is_kept(due: str, said: str, found: str | None) -> None:
    assert find_ending(due, segments(said)) == found


@pytest.mark.parametrize(
    ("told", "said", "language"),
    [
        ("Budget of 20,000 euros", "twenty thousand euros", "en"),
        ("20,000 euros", "we have 20k", "en"),
        ("2,000,000", "two million", "en"),
        ("2 000 000", "two million", "en"),
        ("12 500 euro", "twaalfduizend vijfhonderd", "nl"),
        ("1.200 Euro", "eintausendzweihundert Euro", "de"),
        ("97 personnes", "quatre-vingt-dix-sept personnes", "fr"),
        ("21 personas", "veintiuna personas", "es"),
        ("1 June", "the first of June", "en"),
        ("in 2026", "in twenty twenty-six", "en"),
        ("2.5 per cent", "two point five", "en"),
        ("at 14:30", "at half past two", "en"),
        ("at 15:00", "at three", "en"),
        ("in Q3, for B2B", "in the third quarter", "en"),
        ("٣ people", "three people", "en"),
    ],
)
def test_a_number_is_said_in_digits_or_in_words(told: str, said: str, language: str) -> None:
    assert SpokenContent.of(segments(said), talk("x", language=language)).find_unsaid_numbers(told) == []


@pytest.mark.parametrize(
    ("told", "said", "unsaid"),
    [
        ("5 people", "three people", ["5"]),
        ("200 euros", "twenty euros", ["200"]),
        ("21,000 and 3", "twenty thousand, then three", ["21,000"]),
        ("2027", "twenty twenty-six", ["2027"]),
        ("1 June", "on Friday", ["1"]),
    ],
)
def test_a_number_that_nobody_said_is_found(told: str, said: str, unsaid: list[str]) -> None:
    assert SpokenContent.of(segments(said), talk("x")).find_unsaid_numbers(told) == unsaid


def test_numbers_are_not_held_against_a_language_whose_number_words_are_not_known() -> None:
    finnish, english = (SpokenContent.of(segments("kolme"), talk("x", language=one)) for one in ("fi", "en"))
    assert finnish.find_unsaid_numbers("3") == []
    assert english.find_unsaid_numbers("3") == ["3"]
    assert SpokenContent.union([finnish, english]).find_unsaid_numbers("3") == []
