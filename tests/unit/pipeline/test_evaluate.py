from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.evaluate import count_permutation_errors, evaluate, normalize
from pipeline.recap import Segment, Speaker, SpeakerTurn, Transcript

TRUTH = json.loads((Path(__file__).resolve().parents[3] / "audio_samples" / "standup.json").read_text())


def perfect() -> Transcript:
    segments, turns = [], []
    for number, turn in enumerate(TRUTH["turns"]):
        segments.append(Segment(f"s{number}", turn["start"], turn["end"], turn["text"], turn["speaker"]))
        turns += [SpeakerTurn(sentence["start"], sentence["end"], turn["speaker"]) for sentence in turn["sentences"]]
    speakers = tuple(Speaker(name, name, 1.0) for name in TRUTH["speakers"])
    return Transcript("en", 1.0, TRUTH["duration_seconds"], speakers, tuple(segments), tuple(turns))


def test_the_truth_itself_has_no_error() -> None:
    score = evaluate(perfect(), TRUTH)
    assert (score.wer, score.cpwer, score.found_speakers) == (0, 0, 2)
    assert score.der == pytest.approx(0, abs=1e-6)


def test_a_missing_sentence_counts_in_words() -> None:
    transcript = perfect()
    missing = len(normalize(transcript.segments[3].text).split())
    score = evaluate(replace(transcript, segments=transcript.segments[:3] + transcript.segments[4:]), TRUTH)
    assert score.word_errors == score.speaker_word_errors == missing


def test_words_under_the_wrong_speaker_count_in_cpwer_alone() -> None:
    transcript = perfect()
    other = next(name for name in TRUTH["speakers"] if name != transcript.segments[0].speaker)
    swapped = (replace(transcript.segments[0], speaker=other), *transcript.segments[1:])
    score = evaluate(replace(transcript, segments=swapped), TRUTH)
    assert score.word_errors == 0
    assert score.speaker_word_errors > 0


def test_one_speaker_for_all_costs_the_others_time() -> None:
    transcript = perfect()
    score = evaluate(replace(transcript, turns=tuple(replace(turn, speaker="x") for turn in transcript.turns)), TRUTH)
    assert 0.3 < score.der < 0.7


def test_nothing_heard_is_all_wrong() -> None:
    score = evaluate(replace(perfect(), segments=(), turns=(), speakers=()), TRUTH)
    assert score.wer == score.cpwer == 1.0
    assert score.der == pytest.approx(1.0)


def test_scores_add_up() -> None:
    score = evaluate(perfect(), TRUTH)
    assert (score + score).words == 2 * score.words


def test_case_and_punctuation_do_not_count() -> None:
    assert normalize("Let’s GO, then: don't!") == "lets go then dont"


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        (["a b c", "d e"], ["d e", "a b c"], 0),  # whatever their order
        (["a b c", "d e"], ["a b c d e"], 4),  # one for two: two words too many, two missing
        (["a b c"], ["a x c", "d e"], 3),
        (["a b", "c d"], [], 4),
        ([], ["a b"], 2),
        ([], [], 0),
        (["a b", "a c"], ["a c", "a d"], 1),  # the best pairing, not the first
    ],
)
def test_speakers_are_paired_so_that_fewest_words_are_wrong(said: list[str], heard: list[str], errors: int) -> None:
    assert count_permutation_errors([x.split() for x in said], [x.split() for x in heard]) == errors
