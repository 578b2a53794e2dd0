"""Compares a recap with what people wrote of the meeting.

A content word has more than three letters, is no stop word, and counts by its first five letters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.recap import ActionItem, Point, Segment, Speaker, Summary
from pipeline.recap_evaluation.reference import Reference, Span, Statement
from pipeline.recap_evaluation.score import Found, RecapScore, Share
from pipeline.summarize.cues import cues_for
from pipeline.summary_points import all_points

LEAST_OVERLAP = 1.0
"""Seconds that two statements must have in common, or half of the shorter one."""
DUE_FILLERS = frozenset("by on at in until till before the der die das den dem bis am um le la les el".split())


def evaluate_recap(
    summary: Summary, segments: Sequence[Segment], reference: Reference, speakers: Sequence[Speaker] = ()
) -> RecapScore:
    """Score a summary that cites `segments`; `speakers` have the names of their ids, which else are names."""
    by_id = {one.id: one for one in segments}
    tasks, questions = reference.action_items, reference.questions
    owners, dues = _owners_and_dues(summary.action_items, tasks or (), _names(segments, speakers, reference))
    return RecapScore(
        topics=_topics(summary, by_id, reference),
        topics_listed=len(summary.topics) if reference.topics else 0,
        words=_summary_words(summary, reference),
        supported=_support(summary, by_id, reference, speakers),
        decisions=_found(summary.decisions, reference.decisions),
        tasks=_found(summary.action_items, tasks),
        questions=_found(summary.questions, questions),
        owners=owners,
        dues=dues,
    )


def content_words(text: str, language: str) -> set[str]:
    """The content words of a text."""
    cues = cues_for(language)
    stop_words = cues.stop_words if cues else frozenset()
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {word[:5] for word in words if len(word) > 3 and word not in stop_words}


def _topics(summary: Summary, by_id: Mapping[str, Segment], reference: Reference) -> Share:
    """Topics of the truth in which half or more of the lines of a topic of the recap lie."""
    cited = [[by_id[one] for one in topic.segments if one in by_id] for topic in summary.topics]
    found = sum(
        any(lines and 2 * sum(_lies_in(one, stretches) for one in lines) >= len(lines) for lines in cited)
        for stretches in reference.topics
    )
    return Share(found, len(reference.topics))


def _lies_in(segment: Segment, stretches: Iterable[Span]) -> bool:
    middle = (segment.start + segment.end) / 2
    return any(start <= middle <= end for start, end in stretches)


def _summary_words(summary: Summary, reference: Reference) -> Share:
    texts = [one.text for one in summary.overview] + [f"{one.title} {one.text}" for one in summary.topics]
    language = reference.transcript.language
    wanted = content_words(reference.summary, language)
    return Share(len(wanted & content_words(" ".join(texts), language)), len(wanted))


def _support(
    summary: Summary, by_id: Mapping[str, Segment], reference: Reference, speakers: Sequence[Speaker]
) -> Share:
    """Points whose cited lines have half or more of their content words; the speakers' names count as said."""
    language = reference.transcript.language
    names = content_words(" ".join(one.name for one in (*speakers, *reference.transcript.speakers)), language)
    points, supported = all_points(summary), 0
    for point in points:
        lines = [by_id[one].text for one in point.segments if one in by_id]
        wanted, said = content_words(point.text, language), content_words(" ".join(lines), language) | names
        supported += bool(lines) and 2 * len(wanted & said) >= len(wanted)
    return Share(supported, len(points))


def _found(points: Sequence[Point], wanted: Sequence[Statement] | None) -> Found:
    if wanted is None:
        return Found()
    return Found(
        wanted=len(wanted),
        found=sum(any(_overlaps(one, point) for point in points) for one in wanted),
        listed=len(points),
        right=sum(any(_overlaps(one, point) for one in wanted) for point in points),
    )


def _overlaps(wanted: Statement, point: Point) -> bool:
    common = min(wanted.end, point.end) - max(wanted.start, point.start)
    shorter = min(wanted.end - wanted.start, point.end - point.start)
    return common > 0 and common >= min(LEAST_OVERLAP, shorter / 2)


def _owners_and_dues(
    items: Sequence[ActionItem], wanted: Sequence[Statement], names: Mapping[str, set[str]]
) -> tuple[Share, Share]:
    owners, dues = Share(), Share()
    for one in wanted:
        found = [item for item in items if _overlaps(one, item)]
        if found and one.owner:
            right = any(one.owner.casefold() in names.get(item.owner or "", {item.owner or ""}) for item in found)
            owners += Share(right, 1)
        if found and one.due:
            dues += Share(any(_same_due(one.due, item.due or "") for item in found), 1)
    return owners, dues


def _same_due(wanted: str, found: str) -> bool:
    """Whether all that matters of the one is in the other: "Friday", "by Friday" and "Friday (27 November)"."""
    one, other = (set(re.findall(r"\w+", text.lower())) - DUE_FILLERS for text in (wanted, found))
    return bool(one and other) and one <= other


def _names(segments: Sequence[Segment], speakers: Sequence[Speaker], reference: Reference) -> dict[str, set[str]]:
    """The names, in lower case, by which each owner counts: its own, and that of who speaks at the same times."""
    known = (*reference.transcript.speakers, *speakers)
    names = {one.id: {one.id.casefold(), one.name.casefold()} for one in known}
    starts = [one.start for one in reference.transcript.segments]
    together: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in segments:
        at = bisect_right(starts, (one.start + one.end) / 2) - 1
        voice = reference.transcript.segments[at].speaker if at >= 0 else None
        if one.speaker and voice:
            together[one.speaker][voice] += one.end - one.start
    for id_, seconds in together.items():
        names.setdefault(id_, {id_.casefold()}).add(max(seconds, key=lambda name: seconds[name]).casefold())
    return names
