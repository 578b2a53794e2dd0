"""The schema of the language model's answers: strict in what it requests, lenient in what it accepts.

The order of the schema is the order of writing: the lines come before what is written about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from pipeline.summarize.language_model.reasoning_tags import clean_text

MAX_LINES = 3
"""Lines that a point may cite: it should be said there, not somewhere."""
NOTHING = frozenset(
    {"", "none", "null", "nil", "n/a", "na", "unknown", "unspecified", "not specified", "not mentioned", "tbd", "-"}
)
"""What models write instead of leaving something out."""
Kind = Literal["decision", "task", "question", "fact"]

_NO_POINT = re.compile(
    r"(?:there (?:were|was|are) )?no (?:\w+ )?(?:decisions?|action items?|tasks?|questions?|facts?)"
    r"(?: (?:were|was|are) \w+| \w+ed)?\.?",
    re.IGNORECASE,
)


def _as_ids(value: Any) -> list[str]:
    """Ids, even if the answer has them in one string or as numbers: "s1, s2", 3."""
    listed = value if isinstance(value, list) else [value]
    return [
        f"{mark or 's'}{number}" for one in listed for mark, number in re.findall(r"\b([sn]?)(\d+)\b", str(one).lower())
    ]


def _as_name(value: Any) -> str | None:
    """One name or date; None for a text that says there is none."""
    text = clean_text(value) if isinstance(value, str) else ""
    return None if text.casefold().strip(" .") in NOTHING else text


def _as_kind(value: Any) -> Any:
    """A kind that is not known is no more than a fact."""
    return value if value in ("decision", "task", "question") else "fact"


Text = Annotated[str, AfterValidator(clean_text)]
Ids = Annotated[list[str], BeforeValidator(_as_ids)]
Name = Annotated[str | None, BeforeValidator(_as_name)]


class AnswerPoint(BaseModel):
    """A point in the model's words; `lines` are short ids, `who` and `when` those of a task."""

    lines: Ids = Field(default_factory=list)
    kind: Annotated[Kind, BeforeValidator(_as_kind)] = "fact"
    who: Name = None
    when: Name = None
    text: Text


class StretchAnswer(BaseModel):
    """The answer of a call that reads a stretch of the transcript."""

    points: list[AnswerPoint]
    title: Text = ""


class OutlineAnswer(BaseModel):
    """The answer of a call that sums up notes; the lines of its points are short ids of notes."""

    overview: list[AnswerPoint]
    title: Text = ""


def says_nothing(text: str) -> bool:
    """Whether the text only says that there is no point: "None.", "No decisions were made"."""
    return text.casefold().strip(" .") in NOTHING or _NO_POINT.fullmatch(text) is not None


def stretch_schema(ids: Sequence[str], least: int, most: int) -> dict[str, Any]:
    """The schema of the answer for a stretch with these lines: from `least` to `most` points.

    Only tasks have `who` and `when`: no token is asked for that code knows.
    """
    lines, text, name = _lines(ids), {"type": "string"}, {"type": ["string", "null"]}
    task = object_schema(lines=lines, kind={"const": "task"}, who=name, when=name, text=text)
    other = object_schema(lines=lines, kind={"enum": ["fact", "decision", "question"]}, text=text)
    points = {"type": "array", "minItems": least, "maxItems": most, "items": {"anyOf": [other, task]}}
    return object_schema(points=points, title=text)


def outline_schema(ids: Sequence[str], most: int) -> dict[str, Any]:
    """The schema of the answer that sums up notes with these ids, in at most so many sentences."""
    text = {"type": "string"}
    sentence = object_schema(lines=_lines(ids), text=text)
    return object_schema(overview={"type": "array", "minItems": 1, "maxItems": most, "items": sentence}, title=text)


def _lines(ids: Sequence[str]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": MAX_LINES, "items": {"enum": list(dict.fromkeys(ids))}}


def object_schema(**properties: Any) -> dict[str, Any]:
    """The schema of an object with exactly these properties, written in this order."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def prose_of(answer: StretchAnswer | OutlineAnswer) -> Iterator[str]:
    """The text in the model's own words: all but owners and due dates, which stay as spoken."""
    yield answer.title
    for point in answer.points if isinstance(answer, StretchAnswer) else answer.overview:
        yield point.text
