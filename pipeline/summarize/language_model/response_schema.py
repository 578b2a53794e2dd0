"""The schema of the language model's answers: strict in what it requests, lenient in what it accepts.

Each point is one text, "[s3] task: Ben writes the report.": the line comes before what is written about it, since a
model writes in this order, and a small model on a processor takes half the time that objects with keys would take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from pipeline.summarize.language_model.reasoning_tags import clean_text

MAX_NOTES = 3
"""Notes that a sentence of the overview may cite."""
NOTHING = frozenset(
    {"", "none", "null", "nil", "n/a", "na", "unknown", "unspecified", "not specified", "not mentioned", "tbd", "-"}
)
"""What models write instead of leaving something out."""
Kind = Literal["decision", "task", "question", "fact"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TEXT_PATTERN = r'[^"\\\n]+'
"""What the schema allows as the text of a point, which is part of a JSON string."""

_MARKED_TEXT = re.compile(
    rf"\s*(?:\[(?P<lines>[\dsn,\s]+)\][\s:]*)?(?:(?P<kind>{'|'.join(KINDS)})\s*:)?(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""A point as one text."""
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
    """A point in the model's words; `lines` are short ids. A server that knows no patterns may answer with objects, in
    which a task has `who` and `when`.
    """

    lines: Ids = Field(default_factory=list)
    kind: Annotated[Kind, BeforeValidator(_as_kind)] = "fact"
    who: Name = None
    when: Name = None
    text: Text

    @model_validator(mode="before")
    @classmethod
    def _of_marked_text(cls, value: Any) -> Any:
        """The lines, the kind and the text of "[s3] task: Ben writes the report."."""
        match = _MARKED_TEXT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return value
        lines, kind, text = match.group("lines", "kind", "text")
        return {"lines": lines or [], "kind": (kind or "fact").lower(), "text": text.strip()}


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

    No token is asked for that code knows: who has a task, and by when, is in its text and its line.
    """
    one = f"({'|'.join(dict.fromkeys(ids))})"
    point = {"type": "string", "pattern": rf"^\[{one}\] ({'|'.join(KINDS)}): {TEXT_PATTERN}$"}
    points = {"type": "array", "minItems": least, "maxItems": most, "items": point}
    return object_schema(points=points, title={"type": "string"})


def outline_schema(ids: Sequence[str], most: int) -> dict[str, Any]:
    """The schema of the answer that sums up notes with these ids, in at most so many sentences."""
    one = f"({'|'.join(dict.fromkeys(ids))})"
    sentence = {"type": "string", "pattern": rf"^\[{one}(, {one}){{0,{MAX_NOTES - 1}}}\] {TEXT_PATTERN}$"}
    overview = {"type": "array", "minItems": 1, "maxItems": most, "items": sentence}
    return object_schema(overview=overview, title={"type": "string"})


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
