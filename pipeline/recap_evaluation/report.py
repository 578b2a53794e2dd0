"""Scores of recaps in words and in lines of a table."""

from __future__ import annotations

from pipeline.recap_evaluation.score import Found, RecapScore, Share

HEADS = (
    f"{'meeting':18} {'topics':>9} {'listed':>6} {'words %':>7} {'support %':>9} {'decisions':>12} {'tasks':>12} "
    f"{'questions':>12} {'owners':>7} {'dates':>7} {'read %':>6} {'seconds':>7} {'tokens':>7}"
)
NOTHING = "-"


def table_line(name: str, score: RecapScore) -> str:
    """The line of a meeting below `HEADS`: found/wanted, and for statements right/listed."""
    return (
        f"{name:18} {_of(score.topics):>9} {score.topics_listed or NOTHING:>6} {_percent(score.words):>7} "
        f"{_percent(score.supported):>9} {_short(score.decisions):>12} {_short(score.tasks):>12} "
        f"{_short(score.questions):>12} {_of(score.owners):>7} {_of(score.dues):>7} {_percent(score.read):>6} "
        f"{score.seconds:7.1f} {score.tokens or NOTHING:>7}"
    )


def describe(score: RecapScore) -> list[str]:
    """The measures, one a line, each with what it means."""
    lines = [
        ("topics", _of(score.topics), f"stretches that a topic lies in, {score.topics_listed} listed"),
        ("words", _percent(score.words), "% of the content words of the person's summary"),
        ("support", _percent(score.supported), "% of the points share half of their words with the lines they cite"),
        ("decisions", _of(score.decisions), _right(score.decisions)),
        ("tasks", _of(score.tasks), _right(score.tasks)),
        ("questions", _of(score.questions), _right(score.questions)),
        ("owners", _of(score.owners), "right, of the tasks found that have one"),
        ("dates", _of(score.dues), "right, of the tasks found that have one"),
    ]
    return [f"{name:9} {value:>7}   {meaning}" for name, value, meaning in lines]


def _of(share: Share | Found) -> str:
    found, total = (share.found, share.wanted) if isinstance(share, Found) else (share.count, share.total)
    return f"{found:g}/{total:g}" if total else NOTHING


def _percent(share: Share) -> str:
    return NOTHING if share.ratio is None else f"{100 * share.ratio:.1f}"


def _short(found: Found) -> str:
    return f"{found.found}/{found.wanted} {found.right}/{found.listed}" if found.wanted or found.listed else NOTHING


def _right(found: Found) -> str:
    return f"found, {found.right} of {found.listed} listed are right"
