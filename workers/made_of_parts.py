"""Makes sound and words of a recording out of its parts; from there on it is prepared like an upload."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording
from core.jobs import transitions
from core.jobs.claims import Claim
from core.parts import PART_RESULTS, Part, part_kind, parts_of
from core.recordings import edits, queries, recaps, speaker_names
from core.recordings.details import details_of
from core.retention import deletion
from core.storage import references
from core.storage.files import full_disk_explained
from core.storage.store import file_store
from pipeline.decode.audio_info import AudioInfo
from pipeline.decode.limits import DecodeLimits
from pipeline.details.names import add_names
from pipeline.edits.edit import Edit
from pipeline.errors import Cancelled, PartMissing
from pipeline.parts.edits import Crossing, carry_edits
from pipeline.parts.sound import write_sound
from pipeline.parts.speakers import Overlaps, choose_names, match_by_time, measure_overlaps
from pipeline.parts.stretch import Stretch
from pipeline.parts.words import HeardPart, join_words
from pipeline.recap import StageReport
from pipeline.request import Audio, Request
from pipeline.results import StageResults, make_key
from pipeline.samples import StoredSamples
from pipeline.steps.context import StepContext
from pipeline.steps.listen_result import ListenResult
from pipeline.steps.prepare import prepare
from pipeline.transcribe import Transcription
from pipeline.vocabulary.entries import parse_vocabulary, terms_of
from pipeline.voice_activity import VoiceActivity
from workers.job_monitor import JobMonitor

Parts = Sequence[tuple[Part, Stretch]]


def make_of_parts(recording: Recording, claim: Claim, monitor: JobMonitor, limits: DecodeLimits) -> Recording:
    """Write the file of a recording that is made of others, and use the words that were heard there.

    Returns the recording as it is then. Raises PartMissing, and what decoding does.
    """
    parts = parts_of(recording)
    if not file_store().recording(recording.id).exists():
        monitor.enter("prepare")
        limits.make_room(recording.size_bytes)
        _use_words(recording, parts, monitor)
        sounds = [_find_sound(recording, number, monitor, limits) for number in range(len(parts))]
        with full_disk_explained():
            _write_file(claim, sounds, [stretch for _, stretch in parts], monitor)
    monitor.with_retry(lambda: _let_go(recording.id, len(parts)))
    made: Recording | None = monitor.with_retry(lambda: queries.get(recording.id))
    if made is None:  # deleted while its file was put in place
        file_store().remove_recording(recording.id)
        raise Cancelled()
    return made


def _write_file(claim: Claim, sounds: Sequence[_Sound], stretches: Sequence[Stretch], monitor: JobMonitor) -> None:
    path = file_store().new_incoming()
    day = next((sound.info.recorded_on for sound in sounds if sound.info.recorded_on), None)
    try:
        samples = [sound.samples for sound in sounds]
        write_sound(list(zip(samples, stretches, strict=True)), path, day, monitor.progress)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())  # what it was made of may go once it is in its place
        # the row first: a file that is in its place is never written again
        monitor.write(lambda: transitions.note_file(claim, digest, path.stat().st_size))
        file_store().keep_upload(path, claim.recording_id)
    finally:
        path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Sound:
    """The samples of a part, and what its file tells."""

    samples: StoredSamples
    info: AudioInfo


def _find_sound(recording: Recording, number: int, monitor: JobMonitor, limits: DecodeLimits) -> _Sound:
    """The samples of a part, decoded again where they are gone. Raises PartMissing."""
    store, part = file_store(), parts_of(recording)[number][0]
    key = monitor.with_retry(lambda: references.key_of(recording.id, part_kind(number, "audio")))
    if key is None or not store.find(key, ".f16"):
        source = monitor.with_retry(lambda: queries.get(part.recording, recording.owner_id))
        if source is None:
            raise PartMissing()
        context = StepContext(_request_sound(source), store, monitor)
        prepare(context, limits)
        key = context.audio_key
    path = store.find(key, ".f16")
    if path is None:
        raise PartMissing()
    audio: Audio = StageResults(store, monitor).read(key, Audio, listed=False)
    return _Sound(StoredSamples(path), audio.info)


def _request_sound(source: Recording) -> Request:
    return Request(
        recording_id=source.id,
        owner_id=source.owner_id,
        upload=file_store().recording(source.id),
        title=source.title,
        filename=source.filename,
        size_bytes=source.size_bytes,
        sha256=source.sha256,
        uploaded_at="",
        track=source.track,
        channels=source.channels,
    )


def _use_words(recording: Recording, parts: Parts, monitor: JobMonitor) -> None:
    """Have the words of the parts count as what was heard; what was heard channel by channel is heard anew."""
    results = StageResults(file_store(), monitor)
    heard, inputs = [], []
    for number, (_, stretch) in enumerate(parts):
        keys = monitor.with_retry(lambda: _keys_of_part(recording.id, number))  # noqa: B023 - called at once
        found = [key for key in keys if key and file_store().find(key, ".json")]
        if len(found) < len(keys):
            return
        audio: Audio = results.read(found[0], Audio, listed=False)
        if audio.info.separate is not None:
            return
        speech = results.read(found[1], VoiceActivity, listed=False)
        whole = replace(stretch, is_last=stretch.end >= audio.info.duration_seconds)
        heard.append(HeardPart(speech, results.read(found[2], Transcription), whole))
        inputs += found
    vocabulary = add_names(recording.vocabulary or "", details_of(recording))
    joined = join_words(heard, terms_of(parse_vocabulary(vocabulary)))
    report = _describe_words(results.reports)
    options = {"parts": [asdict(stretch) for _, stretch in parts], "terms": joined[1].terms}
    for kind, value, type_ in zip(("speech", "transcribe"), joined, (VoiceActivity, Transcription), strict=True):
        key = make_key(kind, options, "", inputs)
        monitor.use(kind, key)
        if not file_store().find(key, ".json"):
            results.write(key, value, type_, report)


def _keys_of_part(recording_id: str, number: int) -> list[str | None]:
    return [references.key_of(recording_id, part_kind(number, kind)) for kind in PART_RESULTS]


def _describe_words(reports: Sequence[StageReport]) -> StageReport:
    """How the words were heard in the parts."""
    count = len(reports)
    origin = f"joined of {count} recordings" if count > 1 else "a part of another recording"
    engines = "; ".join(dict.fromkeys(one.engine for one in reports))
    settings = "; ".join(dict.fromkeys([*(one.settings for one in reports), origin]))
    return StageReport("transcribe", engines, settings, round(sum(one.seconds for one in reports), 3))


def _let_go(recording_id: str, count: int) -> None:
    """The results of the parts are needed no longer: those of a deleted recording go."""
    kinds = [part_kind(number, kind) for number in range(count) for kind in PART_RESULTS]
    with write() as session:
        keys = references.forget_results(session, recording_id, kinds)
    deletion.remove_unused(keys)


def carry_over(recording_id: str, listened: ListenResult) -> None:
    """Give a recording that is made of others the names and corrections that people gave there, before its first recap.

    What belongs to a part that was deleted since is not carried.
    """
    recording = queries.get(recording_id)
    if recording is None or recording.version is not None:
        return
    named: list[tuple[Mapping[str, str], Overlaps]] = []
    carried: list[Edit] = []
    for part, stretch in parts_of(recording):
        version, shown = recaps.get_version(part.recording), recaps.load_recap(part.recording)
        if version is None or shown is None:
            continue
        overlaps = measure_overlaps(shown.transcript, stretch, listened.transcript)
        named.append((speaker_names.get_names(part.recording, version.transcript_key), overlaps))
        crossing = Crossing(shown.transcript, stretch, listened.transcript, match_by_time(overlaps))
        carried += carry_edits(edits.get_edits(part.recording), crossing, len(carried) + 1)
    if not named:
        return
    speaker_names.put_names(recording_id, listened.transcript_key, choose_names(named))
    edits.put_edits(recording_id, recording.owner_id, carried, utc_now())
