"""Who has a task and when it is due, by rules about the words of its lines."""

from __future__ import annotations

from dataclasses import replace

from pipeline.recap import Segment, Transcript
from pipeline.summarize.cues import Cues, cues_for
from pipeline.summarize.engine import find_speaker
from pipeline.summarize.extractive.cue_matching import is_question, named_group, strip_fillers
from pipeline.summarize.extractive.sentences import Sentence, split_sentences
from pipeline.summarize.extractive.tasks import find_due
from pipeline.summarize.language_model.evidence import Evidence
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.grounding import PRONOUNS
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.text_matching import is_said


def tell_owner_and_due(task: GroundedPoint, transcript: Transcript, evidence: Evidence) -> GroundedPoint:
    """The task with the owner and due date that its lines say in so many words; else those of the model's text.

    "I will ..." is the speaker's, "Ben, please ..." is Ben's.
    """
    if task.owner is None and (named := evidence.subject_of(task.text)):
        task = replace(task, owner=named, owner_by="model")
    cues = cues_for(transcript.language)
    if cues is None:
        return task
    sentence = _likest(task, transcript, evidence)
    text = strip_fillers(sentence, cues)
    owner = _owner(sentence, text, cues, transcript)
    due = find_due(text, cues)
    told = find_due(task.text, cues)
    if owner:
        task = replace(task, owner=owner, owner_by="rule")
    if told and task.due is None and is_said(told, task.segments):
        task = replace(task, due=told, due_by="model")
    return replace(task, due=due, due_by="rule") if due else task


def _owner(sentence: Sentence, text: str, cues: Cues, transcript: Transcript) -> str | None:
    if not is_question(sentence, cues) and cues.promise.search(text) and not cues.no_task.search(text):
        return sentence.speaker
    for pattern in (cues.request, cues.assigned, cues.dated):
        match = pattern.search(text)
        name = named_group(match, "name") or named_group(match, "owner") if match else None
        if name and normalize(name) not in PRONOUNS:
            return find_speaker(name, transcript) or name
    return None


def _likest(task: GroundedPoint, transcript: Transcript, evidence: Evidence) -> Sentence:
    """The sentence of the task's lines that has most of its words."""
    segments: tuple[Segment, ...] = task.segments
    sentences = split_sentences(replace(transcript, segments=segments))
    wanted = evidence.stems(task.text)
    return max(sentences, key=lambda one: len(wanted & evidence.stems(one.text)))
