"""The form of the language model's answers: strict in what is asked for, lenient in what is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.summarize.language_model.reasoning_tags import clean_text

MAX_POINTS = 40
"""Decisions, tasks or questions in one answer; more are a model that repeats itself, or a stretch that is too long."""
NOTHING = frozenset(
    {"", "none", "null", "nil", "n/a", "na", "unknown", "unspecified", "not specified", "not mentioned", "tbd", "-"}
)
"""What models write where they should leave something out."""

_NO_POINT = re.compile(
    r"(?:there (?:were|was|are) )?no (?:\w+ )?(?:decisions?|action items?|tasks?|questions?|quotes?)"
    r"(?: (?:were|was|are) \w+| \w+ed)?\.?",
    re.IGNORECASE,
)


def _as_ids(value: Any) -> list[str]:
    """Ids, also where the answer has one text for all, or numbers: "s1, s2", 3."""
    listed = value if isinstance(value, list) else [value]
    return [f"s{number}" for one in listed for number in re.findall(r"\bs?(\d+)\b", str(one).lower())]


def _as_name(value: Any) -> str | None:
    """One name or date, None for what only says that there is none."""
    text = clean_text(value) if isinstance(value, str) else ""
    return None if text.casefold().strip(" .") in NOTHING else text


Text = Annotated[str, AfterValidator(clean_text)]
Ids = Annotated[list[str], BeforeValidator(_as_ids)]
Name = Annotated[str | None, BeforeValidator(_as_name)]


def _list(most: int, least: int = 0) -> Any:
    """A list that the model may not fill for ever; longer ones, from a server that does not hold it to that, count."""
    return Field(default_factory=list, json_schema_extra={"minItems": least, "maxItems": most})


class ResponseModel(BaseModel):
    """What is asked for whole: in the schema, everything has to be there, be it empty."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class AnswerPoint(ResponseModel):
    """A point as the model puts it; `segments` are the short ids it saw."""

    text: Text
    segments: Ids = _list(8, least=1)


class AnswerTopic(AnswerPoint):
    title: Text = ""


class AnswerTask(AnswerPoint):
    owner: Name = None
    due: Name = None


class OutlineAnswer(ResponseModel):
    """What the model answers when it merges notes."""

    title: Text
    overview: list[AnswerPoint] = Field(json_schema_extra={"maxItems": 6})
    topics: list[AnswerTopic] = _list(20)


class RecapAnswer(OutlineAnswer):
    """What the model answers for a stretch of the transcript."""

    decisions: list[AnswerPoint] = _list(MAX_POINTS)
    action_items: list[AnswerTask] = _list(MAX_POINTS)
    questions: list[AnswerPoint] = _list(MAX_POINTS)
    quotes: list[AnswerPoint] = _list(5)

    @property
    def is_full(self) -> bool:
        """Whether a list has as much as it may have, so that something may be missing."""
        return any(len(one) >= MAX_POINTS for one in (self.decisions, self.action_items, self.questions))


def says_nothing(text: str) -> bool:
    """Whether a point only says that there is none: "None.", "No decisions were made"."""
    return text.casefold().strip(" .") in NOTHING or _NO_POINT.fullmatch(text) is not None


def json_schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema that the model is held to."""
    return kind.model_json_schema(mode="serialization")


def prose_of(answer: OutlineAnswer) -> Iterator[str]:
    """What the model put in words of its own: all but quotes, owners and due dates, which stay as spoken."""
    yield answer.title
    for claim in answer.overview:
        yield claim.text
    for topic in answer.topics:
        yield f"{topic.title}. {topic.text}"
    if isinstance(answer, RecapAnswer):
        for one in (*answer.decisions, *answer.action_items, *answer.questions):
            yield one.text
