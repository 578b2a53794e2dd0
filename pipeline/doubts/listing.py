"""Lists the places of a recap that are worth a listen, those first where most is to be gained."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.doubts.citations import UNCITED, weigh_citations
from pipeline.doubts.doubt import Doubt
from pipeline.doubts.doubtful_points import find_doubtful_points
from pipeline.doubts.doubtful_speakers import find_doubtful_speakers
from pipeline.doubts.missing_words import find_missing_words
from pipeline.doubts.unsure_words import find_unsure_words
from pipeline.recap import Recap


def list_doubts(recap: Recap) -> list[Doubt]:
    """All doubts about a recap in order of doubt times weight, equals in order of time; the same for the same recap."""
    return sorted(_find_doubts(recap), key=lambda doubt: (-round(doubt.rank, 6), doubt.start, doubt.id))


def _find_doubts(recap: Recap) -> Iterator[Doubt]:
    transcript = recap.transcript
    cited = weigh_citations(recap.summary)
    for segment in transcript.segments:
        yield from find_unsure_words(segment, transcript.language, cited.get(segment.id, UNCITED))
    yield from find_doubtful_speakers(transcript, cited)
    yield from find_doubtful_points(recap.summary, transcript)
    yield from find_missing_words(recap.coverage)
