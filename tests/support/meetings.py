"""Recordings as workers leave them, made from the truth of the sample meetings: for tests of the pages and the API."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

import config
from core import recap_versions
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Job, Recording, Status, User
from core.recordings import options, queries
from core.storage import references
from core.storage.store import file_store
from core.uploads import intake
from pipeline.recap import (
    ActionItem,
    Coverage,
    Point,
    Recap,
    Segment,
    Source,
    Speaker,
    StageReport,
    Summary,
    Topic,
    Transcript,
    VoiceOffer,
    Word,
    to_json,
)
from workers.step_runner import recap_columns

PDF = b"%PDF-1.4 stands in for a rendered recap\n"


def truth(name: str) -> dict[str, Any]:
    """The truth of a sample meeting."""
    found: dict[str, Any] = json.loads((config.ROOT / "audio_samples" / f"{name}.json").read_text())
    return found


def make_transcript(name: str) -> Transcript:
    """The transcript of a sample meeting without recognition errors; some words are doubtful."""
    known = truth(name)
    ids = {speaker: f"s{number}" for number, speaker in enumerate(known["speakers"], 1)}
    segments: list[Segment] = []
    for turn in known["turns"]:
        for sentence in turn["sentences"]:
            speaker = ids[turn["speaker"]]
            words = _words(sentence, speaker, len(segments))
            segments.append(
                Segment(
                    id=f"g{len(segments) + 1}",
                    start=sentence["start"],
                    end=sentence["end"],
                    text=sentence["text"],
                    speaker=speaker,
                    avg_logprob=-0.2,
                    no_speech_prob=0.01,
                    words=words,
                )
            )
    seconds = {one: sum(s.end - s.start for s in segments if s.speaker == one) for one in ids.values()}
    speakers = tuple(Speaker(key, name, round(seconds[key], 2)) for name, key in ids.items())
    return Transcript(known["language"], 0.98, known["duration_seconds"], speakers, tuple(segments))


def _words(sentence: dict[str, Any], speaker: str, number: int) -> tuple[Word, ...]:
    texts = sentence["text"].split(" ")
    step = (sentence["end"] - sentence["start"]) / len(texts)
    return tuple(
        Word(
            round(sentence["start"] + place * step, 3),
            round(sentence["start"] + (place + 1) * step, 3),
            text,
            0.3 if (number * 7 + place) % 31 == 5 else 0.95,
            speaker,
        )
        for place, text in enumerate(texts)
    )


def make_recap(recording: Recording, name: str = "launch-planning", *, engine: str = "ollama") -> Recap:
    """The recap of a sample meeting as of this recording."""
    transcript, known = make_transcript(name), truth(name)
    ids = {speaker.name: speaker.id for speaker in transcript.speakers}

    def points(key: str) -> list[dict[str, Any]]:
        found = []
        for number, each in enumerate(known.get(key, ()), 1):
            cited = [s for s in transcript.segments if s.start < each["end"] and s.end > each["start"]] or [
                transcript.segments[0]
            ]
            found.append(
                {
                    "id": f"{key}{number}",
                    "text": each["text"],
                    "speaker": ids.get(each["speaker"]),
                    "start": each["start"],
                    "end": each["end"],
                    "segments": tuple(s.id for s in cited),
                }
            )
        return found

    first = transcript.segments[0]
    overview = [Point(**each) for each in points("decisions")[:3]]
    summary = Summary(
        title=known["title"],
        overview=tuple(replace(each, id=f"o{each.id}") for each in overview),
        topics=(
            Topic(id="t1", title="Start", text=first.text, start=first.start, end=first.end, segments=(first.id,)),
        ),
        decisions=tuple(Point(**each) for each in points("decisions")),
        action_items=tuple(
            ActionItem(**each, owner=ids.get(item.get("owner"), item.get("owner")), due=item.get("due"))
            for each, item in zip(points("action_items"), known.get("action_items", ()), strict=True)
        ),
        questions=tuple(Point(**each) for each in points("questions")),
        quotes=(),
        engine=engine,
        model="qwen3:8b" if engine == "ollama" else None,
        template="meeting",
        language=transcript.language,
    )
    length = transcript.duration_seconds
    spans = tuple((s.start, s.end) for s in transcript.segments)
    spoken = sum(end - start for start, end in spans)
    return Recap(
        id=recording.id,
        title=recording.title,
        source=Source(recording.filename, "mp3", "mp3", recording.size_bytes, recording.sha256, "2026-04-21T11:05:00Z"),
        transcript=transcript,
        summary=summary,
        coverage=Coverage(length, round(spoken, 2), round(spoken, 2), round(spoken, 2)),
        stages=(
            StageReport("transcribe", "faster-whisper 1.2.1, large-v3-turbo", "beam 5, batch 8, float16 on cuda", 12.3),
            StageReport("diarize", "pyannote.audio 4.0.7, community-1", "float32 on cuda", 4.1),
        ),
        speech_spans=spans,
    )


def upload(owner: User, title: str, *, at: datetime | None = None, **upload_options: Any) -> Recording:
    """A recording that was just uploaded and waits."""
    path = file_store().new_incoming()
    path.write_bytes(title.encode())
    filename = f"{title.lower().replace(' ', '-')}.mp3"
    upload = intake.ArrivedFile(path, filename, len(title), hashlib.sha256(title.encode()).hexdigest())
    return intake.take_in(owner, upload, options.UploadOptions(title=title, **upload_options), at or utc_now())


def change(recording: Recording, *, job: dict[str, Any] | None = None, **columns: Any) -> Recording:
    """Set columns of a recording and its job as a worker would, then read it anew."""
    with write() as session:
        if columns:
            session.execute(update(Recording).where(Recording.id == recording.id).values(**columns))
        if job:
            session.execute(update(Job).where(Job.recording_id == recording.id).values(**job))
    found = queries.get(recording.id)
    assert found is not None
    return found


def keep(recording: Recording, kind: str, suffix: str, data: bytes) -> None:
    """Keep a stage file for a recording."""
    key = hashlib.sha256(f"{recording.id} {kind} ".encode() + data).hexdigest()
    with write() as session:
        references.note_result(session, recording.id, kind, key)
    with file_store().publish(key, suffix) as path:
        path.write_bytes(data)


def finish(recording: Recording, recap: Recap, pdf: bytes | None = PDF) -> Recording:
    """Leave a recording as it is after the last stage, or without a PDF after the one before."""
    keep(recording, "transcript", ".json", to_json(recap.transcript))
    keep(recording, "recap", ".json", to_json(recap))
    if pdf:
        keep(recording, "pdf", ".pdf", pdf)
    columns = recap_columns(recap)
    with write() as session:
        recap_versions.add(session, recording.id, columns, utc_now())
        recap_versions.show(session, recording.id, columns)
    return change(
        recording,
        job={"status": Status.DONE, "step": "render", "queue": "cpu", "progress": 1.0, "stage": None, "attempt": 3}
        | {"started_at": utc_now(), "finished_at": utc_now()},
        duration_seconds=recap.transcript.duration_seconds,
    )


def finished(owner: User, title: str, name: str = "launch-planning", *, at: datetime | None = None) -> Recording:
    """A recording with its recap and PDF."""
    recording = upload(owner, title, at=at)
    return finish(recording, make_recap(recording, name))


def with_offers(recap: Recap) -> Recap:
    """The recap with an offer to merge the first two speakers, and one to part the third."""
    said = {
        one.id: [(s.start, s.end) for s in recap.transcript.segments if s.speaker == one.id]
        for one in recap.transcript.speakers
    }
    first, second, third = said
    merge = VoiceOffer("merge", (first, second), 0.87, (said[first][1], said[second][1]))
    part = VoiceOffer("part", (third,), 0.92, (said[third][0], said[third][-1]), tuple(said[third][-3:]))
    return replace(recap, transcript=replace(recap.transcript, offers=(merge, part)))


def finish_with_offers(owner: User, title: str) -> Recording:
    """A recording with its recap, PDF and two offers about its speakers."""
    recording = upload(owner, title)
    return finish(recording, with_offers(make_recap(recording)))
