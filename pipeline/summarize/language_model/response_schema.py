"""The schema of the language model's answers: strict in what it requests, lenient in what it accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.summarize.language_model.reasoning_tags import clean_text

MAX_POINTS = 40
"""Decisions, tasks or questions in one answer; more mean a model that repeats itself, or a chunk that is too long."""
NOTHING = frozenset(
    {"", "none", "null", "nil", "n/a", "na", "unknown", "unspecified", "not specified", "not mentioned", "tbd", "-"}
)
"""What models write instead of leaving something out."""

_NO_POINT = re.compile(
    r"(?:there (?:were|was|are) )?no (?:\w+ )?(?:decisions?|action items?|tasks?|questions?|quotes?)"
    r"(?: (?:were|was|are) \w+| \w+ed)?\.?",
    re.IGNORECASE,
)


def _as_ids(value: Any) -> list[str]:
    """Ids, even if the answer has them in one string or as numbers: "s1, s2", 3."""
    listed = value if isinstance(value, list) else [value]
    return [f"s{number}" for one in listed for number in re.findall(r"\bs?(\d+)\b", str(one).lower())]


def _as_name(value: Any) -> str | None:
    """One name or date; None for a text that says there is none."""
    text = clean_text(value) if isinstance(value, str) else ""
    return None if text.casefold().strip(" .") in NOTHING else text


Text = Annotated[str, AfterValidator(clean_text)]
Ids = Annotated[list[str], BeforeValidator(_as_ids)]
Name = Annotated[str | None, BeforeValidator(_as_name)]


def _list(most: int, least: int = 0) -> Any:
    """A list with limits in the schema, so that the model comes to an end; longer lists are accepted all the same."""
    return Field(default_factory=list, json_schema_extra={"minItems": least, "maxItems": most})


class ResponseModel(BaseModel):
    """Requests every field: in the schema all are required, even if empty."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class AnswerPoint(ResponseModel):
    """A point in the model's words; `segments` are short ids of lines."""

    text: Text
    segments: Ids = _list(8, least=1)


class AnswerTopic(AnswerPoint):
    title: Text = ""


class AnswerTask(AnswerPoint):
    owner: Name = None
    due: Name = None


class OutlineAnswer(ResponseModel):
    """The answer of a call that merges notes."""

    title: Text
    overview: list[AnswerPoint] = Field(json_schema_extra={"maxItems": 6})
    topics: list[AnswerTopic] = _list(20)


class RecapAnswer(OutlineAnswer):
    """The answer of a call that reads a part of the transcript."""

    decisions: list[AnswerPoint] = _list(MAX_POINTS)
    action_items: list[AnswerTask] = _list(MAX_POINTS)
    questions: list[AnswerPoint] = _list(MAX_POINTS)
    quotes: list[AnswerPoint] = _list(5)

    @property
    def is_full(self) -> bool:
        """Whether a list has reached its limit, so that points may be missing."""
        return any(len(one) >= MAX_POINTS for one in (self.decisions, self.action_items, self.questions))


def says_nothing(text: str) -> bool:
    """Whether the text only says that there is no point: "None.", "No decisions were made"."""
    return text.casefold().strip(" .") in NOTHING or _NO_POINT.fullmatch(text) is not None


def json_schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema that constrains the model's answer."""
    return kind.model_json_schema(mode="serialization")


def prose_of(answer: OutlineAnswer) -> Iterator[str]:
    """The text in the model's own words: all but quotes, owners and due dates, which stay as spoken."""
    yield answer.title
    for point in answer.overview:
        yield point.text
    for topic in answer.topics:
        yield f"{topic.title}. {topic.text}"
    if isinstance(answer, RecapAnswer):
        for one in (*answer.decisions, *answer.action_items, *answer.questions):
            yield one.text
