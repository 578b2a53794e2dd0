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
from core.retention import deletion
from core.storage import references
from core.storage.files import full_disk_explained
from core.storage.store import file_store
from pipeline.decode.audio_info import AudioInfo
from pipeline.decode.limits import DecodeLimits
from pipeline.edits.edit import Edit
from pipeline.errors import Cancelled, PartMissing
from pipeline.parts.edits import Crossing, carry_edits
from pipeline.parts.sound import write_sound
from pipeline.parts.speakers import Overlaps, choose_names, match_by_time, measure_overlaps
from pipeline.parts.stretch import Stretch
from pipeline.parts.words import HeardPart, join_words
from pipeline.recap import StageReport
from pipeline.request import Audio
from pipeline.results import StageResults, make_key
from pipeline.samples import StoredSamples
from pipeline.steps.context import StepContext
from pipeline.steps.listen_result import ListenResult
from pipeline.steps.prepare import prepare
from pipeline.transcribe import Transcription
from pipeline.vocabulary.entries import parse_vocabulary, terms_of
from pipeline.voice_activity import VoiceActivity
from workers.job_monitor import JobMonitor
from workers.job_request import heard_vocabulary, request_sound


@dataclass(frozen=True, slots=True)
class _Sound:
    """The samples of a part, what its file tells, and the stretch of it that is used."""

    samples: StoredSamples
    info: AudioInfo
    stretch: Stretch


def make_of_parts(recording: Recording, claim: Claim, monitor: JobMonitor, limits: DecodeLimits) -> Recording:
    """Write the file of a recording that is made of others, and use the words that were heard there.

    Returns the recording as it is then. Raises PartMissing, and what decoding does.
    """
    parts = parts_of(recording)
    if not file_store().recording(recording.id).exists():
        monitor.enter("prepare")
        limits.make_room(recording.size_bytes)
        keys = monitor.with_retry(lambda: [_keys_of_part(recording.id, number) for number in range(len(parts))])
        sounds = [
            _find_sound(recording, part, stretch, key, monitor, limits)
            for (part, stretch), (key, *_) in zip(parts, keys, strict=True)
        ]
        _use_words(recording, sounds, [heard for _, *heard in keys], monitor)
        with full_disk_explained():
            _write_file(claim, sounds, monitor)
    monitor.with_retry(lambda: _let_go(recording.id, len(parts)))
    made: Recording | None = monitor.with_retry(lambda: queries.get(recording.id))
    if made is None:  # deleted while its file was put in place
        file_store().remove_recording(recording.id)
        raise Cancelled()
    return made


def _keys_of_part(recording_id: str, number: int) -> list[str | None]:
    """The keys of PART_RESULTS."""
    return [references.key_of(recording_id, part_kind(number, kind)) for kind in PART_RESULTS]


def _find_sound(
    recording: Recording, part: Part, stretch: Stretch, key: str | None, monitor: JobMonitor, limits: DecodeLimits
) -> _Sound:
    """The samples of a part, decoded again where they are gone. Raises PartMissing."""
    store = file_store()
    if key is None or not store.find(key, ".f16"):
        source = monitor.with_retry(lambda: queries.get(part.recording, recording.owner_id))
        if source is None:
            raise PartMissing()
        context = StepContext(request_sound(source), store, monitor)
        prepare(context, limits)
        key = context.audio_key
    path = store.find(key, ".f16")
    if path is None:
        raise PartMissing()
    audio: Audio = StageResults(store, monitor).read(key, Audio, listed=False)
    return _Sound(StoredSamples(path), audio.info, stretch)


def _use_words(
    recording: Recording, sounds: Sequence[_Sound], keys: Sequence[Sequence[str | None]], monitor: JobMonitor
) -> None:
    """Have the words of the parts count as what was heard; what was heard channel by channel is heard anew.

    `keys` are those of speech and words of each part.
    """
    store = file_store()
    found = [key for part in keys for key in part if key and store.find(key, ".json")]
    if len(found) < 2 * len(sounds) or any(sound.info.separate for sound in sounds):
        return
    results = StageResults(store, monitor)
    heard = [
        HeardPart(
            results.read(speech, VoiceActivity, listed=False),
            results.read(words, Transcription),
            replace(sound.stretch, is_last=sound.stretch.end >= sound.info.duration_seconds),
        )
        for sound, speech, words in zip(sounds, found[::2], found[1::2], strict=True)
    ]
    joined = join_words(heard, terms_of(parse_vocabulary(heard_vocabulary(recording))))
    report = _describe_words(results.reports)
    options = {"parts": [asdict(sound.stretch) for sound in sounds], "terms": joined[1].terms}
    for kind, value, type_ in zip(("speech", "transcribe"), joined, (VoiceActivity, Transcription), strict=True):
        key = make_key(kind, options, "", found)
        monitor.use(kind, key)
        if not store.find(key, ".json"):
            results.write(key, value, type_, report)


def _write_file(claim: Claim, sounds: Sequence[_Sound], monitor: JobMonitor) -> None:
    path = file_store().new_incoming()
    day = next((sound.info.recorded_on for sound in sounds if sound.info.recorded_on), None)
    try:
        write_sound([(sound.samples, sound.stretch) for sound in sounds], path, day, monitor.progress)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())  # what it was made of may go once it is in its place
        # the row first: a file that is in its place is never written again
        monitor.write(lambda: transitions.note_file(claim, digest, path.stat().st_size))
        file_store().keep_upload(path, claim.recording_id)
    finally:
        path.unlink(missing_ok=True)


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
