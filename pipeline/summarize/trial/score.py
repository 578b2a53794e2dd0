"""How good the recap of the trial meeting is: what it found, what its lines bear out, and how long it took."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.recap import Point, Topic, Transcript
from pipeline.summarize.engine import SummaryResult, spoken_seconds
from pipeline.summarize.trial.meeting import TrialMeeting
from pipeline.summary_points import all_points

PROVEN_SHARE = 0.5
"""A point is proven if its lines have this share of its content words."""
LEAST_PROVEN, LEAST_FOUND, LEAST_READ = 0.7, 0.6, 0.9
"""The shares below which a recap is poor: of points proven, of decisions and tasks found, of the talk that was read."""
MOST_SECONDS_A_MINUTE = 60.0
"""A slower model needs longer for a recap than the meeting took."""
STEM_LETTERS = 5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TrialScore:
    """What came of a trial. `seconds_a_minute` is the time for a minute of talk; `written` counts points.

    `is_complete`: the model gave usable answers for nearly all of the talk, and an overview.
    """

    seconds_a_minute: float
    written: int
    proven: int
    decisions_found: int
    decisions: int
    tasks_found: int
    tasks: int
    is_complete: bool

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the model is not good enough for this machine; empty if it is."""
        found, there = self.decisions_found + self.tasks_found, self.decisions + self.tasks
        problems = {
            "it gives no usable answer for a part of the talk": not self.is_complete,
            "too few of its points are proven by their lines": self.proven < LEAST_PROVEN * self.written,
            "it misses too many decisions and tasks": found < LEAST_FOUND * there,
            "it takes longer than the meeting": self.seconds_a_minute > MOST_SECONDS_A_MINUTE,
        }
        return tuple(problem for problem, is_so in problems.items() if is_so)


def score(meeting: TrialMeeting, result: SummaryResult, seconds: float) -> TrialScore:
    """Compare a summary of the meeting, made in so many seconds, with what is in it."""
    summary = result.summary
    points = all_points(summary)
    spoken = spoken_seconds(meeting.transcript.segments)
    return TrialScore(
        seconds_a_minute=seconds / meeting.minutes,
        written=len(points) + result.dropped_points,
        proven=sum(is_proven(point, meeting.transcript) for point in points),
        decisions_found=_count_found(meeting.decisions, summary.decisions),
        decisions=len(meeting.decisions),
        tasks_found=_count_found(meeting.tasks, summary.action_items),
        tasks=len(meeting.tasks),
        is_complete=bool(summary.overview) and result.summarized_seconds >= LEAST_READ * spoken,
    )


def is_proven(point: Point, transcript: Transcript) -> bool:
    """Whether the lines that a point cites have at least half of its content words; names of speakers count as said."""
    cited = (one.text for one in transcript.segments if one.id in point.segments)
    said = _content_words([*cited, *(one.name for one in transcript.speakers)])
    title = point.title if isinstance(point, Topic) and not point.text else ""
    words = _content_words([point.text, title])
    return bool(point.segments) and len(words & said) >= PROVEN_SHARE * len(words)


def _count_found(there: Sequence[frozenset[str]], points: Sequence[Point]) -> int:
    """How many of what is there is cited by a point of its kind; a point finds one thing only."""
    left = list(points)
    found = 0
    for lines in there:
        match = next((point for point in left if lines & set(point.segments)), None)
        if match is not None:
            left.remove(match)
            found += 1
    return found


def _content_words(texts: Iterable[str]) -> set[str]:
    """The longer words, by their first letters, and numbers."""
    words = (word for text in texts for word in _WORD.findall(text.lower()))
    return {word[:STEM_LETTERS] for word in words if len(word) > 3 or word.isdigit()}
