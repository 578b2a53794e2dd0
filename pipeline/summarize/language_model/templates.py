"""The recap templates: what each kind of recording asks of the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """The kind of recording, and what each part of its recap should contain."""

    kind: str
    overview: str = "3 to 5 sentences that tell the whole: what it was about and what it came to"
    topics: str = "what was told, found or thought about each subject"
    decisions: str = "what was decided; a proposal that nobody accepted is no decision"
    action_items: str = "what somebody has to do"
    questions: str = "what was asked or raised and stayed open"


TEMPLATES = {
    "meeting": PromptTemplate(kind="a meeting"),
    "interview": PromptTemplate(
        kind="an interview",
        overview="3 to 5 sentences: who is asked about what, and the answers that matter most",
        topics="what was asked, and what was answered",
        decisions="what both sides agreed on, such as conditions or the next step; often nothing",
        action_items="what somebody promised to do",
        questions="questions that were not answered, or put off",
    ),
    "lecture": PromptTemplate(
        kind="a lecture",
        overview="3 to 5 sentences: the subject, the main line of thought and what it ends in",
        topics="each main point, and what explains it",
        decisions="what was announced as settled, such as dates and rules; often nothing",
        action_items="what listeners are asked to do, such as reading or exercises",
        questions="questions that were raised and left open, also those of listeners",
    ),
    "council": PromptTemplate(
        kind="a council session",
        overview="3 to 5 sentences: the main matters and what became of them",
        topics="each item of the agenda, and what was said about it",
        decisions="each motion that was put to the vote, with its result, and the votes for, against and abstaining "
        "where they were told; who moved and seconded it where that was said",
        action_items="tasks given to members or to the administration",
        questions="questions without an answer, and what was put off to a later session",
    ),
    "one-on-one": PromptTemplate(
        kind="a talk between two people",
        overview="3 to 5 sentences: what moved each of the two, and where they stand at the end",
        topics="how each of the two saw each subject",
        decisions="what the two agreed on",
        action_items="what one of the two said they would do",
        questions="what they left open, or want to come back to",
    ),
}
"""The built-in templates by name."""
CUSTOM_TEMPLATE = PromptTemplate(kind="a recording")
"""The frame of a template that a user wrote."""
