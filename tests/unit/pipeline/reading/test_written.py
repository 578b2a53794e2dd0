"""Numbers laid over a segment: what is read, and what was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.numbers.find import find_numbers
from pipeline.overlays import Spelling, WrittenNumber
from pipeline.reading.view import read_segments
from pipeline.reading.words import locate_words, read_words
from pipeline.reading.written import write_out, written_text
from pipeline.recap import Segment, Word


def segment(text: str, numbers: tuple[WrittenNumber, ...] | None = None, doubtful: str = "") -> Segment:
    """A word a second; the numbers are those that are found in English."""
    words, position = [], 0
    for at, word in enumerate(text.split(" ")):
        words.append(Word(at, at + 1.0, word, 0.3 if word == doubtful else 0.9, "S1", position))
        position += len(word) + 1
    found = tuple(find_numbers(text, "en")) if numbers is None else numbers
    return Segment("s1", 0.0, len(words), text, "S1", words=tuple(words), numbers=found)


def restore(made: Segment) -> str:
    """What was said, by what is written."""
    text = made.text
    for one in reversed(made.numbers):
        assert text[one.position :].startswith(one.written)
        text = text[: one.position] + one.said + text[one.position + len(one.written) :]
    return text


def write(one: Segment) -> Segment:
    return write_out(one, [(each.start, each.end, each.word) for each in locate_words(one)])


def test_a_number_of_several_words_is_read_as_one_spoken_at_its_first() -> None:
    read = list(read_words(segment("It is twenty five thousand, or sixty percent.")))
    assert [(one.text, one.at) for one in read] == [("It", 0), ("is", 1), ("25,000,", 2), ("or", 5), ("60%.", 6)]
    assert [[run.number.said if run.number else None for run in one.runs] for one in read[2::2]] == [
        ["twenty five thousand", None],
        ["sixty percent", None],
    ]


def test_a_number_is_as_doubtful_as_its_worst_word() -> None:
    read = list(read_words(segment("So twenty five people.", doubtful="five")))
    assert [(one.text, one.is_doubtful) for one in read] == [("So", False), ("25", True), ("people.", False)]


def test_a_number_with_a_space_is_one_run() -> None:
    (turn,) = read_segments([segment("For two million euros.")]).turns
    assert [run.text for run in turn.paragraphs[0].runs] == ["For ", "2 million", " euros."]


def test_spellings_stand_where_they_are_after_numbers() -> None:
    text = "Twenty five for Grafana and thirty one for Loki."
    one = segment(text)
    spelled = tuple(Spelling(text.index(name), name, "x") for name in ("Grafana", "Loki"))
    made = write(Segment("s1", 0, 9, text, words=one.words, spellings=spelled, numbers=one.numbers))
    assert [made.text[each.position :].startswith(each.written) for each in made.spellings] == [True, True]


def test_without_numbers_nothing_changes() -> None:
    plain = segment("We meet at noon.")
    assert write(plain) is plain
    assert written_text(plain) == plain.text


WORDS = "we twenty five thousand, million percent. euros one and sixty to May first of 25 a —".split()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=25))
def test_any_numbers_lose_and_move_no_word_and_can_be_taken_back(texts: list[str]) -> None:
    said = segment(" ".join(texts))
    made = write(said)
    assert restore(made) == said.text
    assert made.text == written_text(said)
    for word in made.words:
        assert made.text[word.position :].startswith(word.text)
    heard = [word.start for word in said.words]
    assert [word.start for word in made.words] == [at for at in heard if at in {word.start for word in made.words}]
    spans = [(one.position, one.position + len(one.said)) for one in said.numbers]
    outside = [
        word.text
        for word in said.words
        if not any(first < word.position + len(word.text) and word.position < last for first, last in spans)
    ]
    kept = [word.text for word in made.words if word in said.words or word.text in texts]
    rest = iter(kept)
    assert all(text in rest for text in outside), "every other word, in order"
    assert [one.text for one in read_words(said)] == made.text.split()


@given(st.text(max_size=30), st.data())
def test_any_spans_of_any_text_can_be_taken_back(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    numbers = tuple(
        WrittenNumber(first, text[first:last], data.draw(st.sampled_from(["1", "25,000", "2 million"])))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    )
    made = write(Segment("s1", 0.0, 1.0, text, numbers=numbers))
    assert restore(made) == text
