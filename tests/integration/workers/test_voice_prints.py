"""Voices that were named in one recording propose the name in the next, with the real demo models."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from support.factories import make_user
from support.helpers import SAMPLES
from support.media import wav
from support.sample_truth import read_truth
from support.worker_jobs import codes, get, upload, work

from core.clock import utc_now
from core.database.sessions import read
from core.database.tables import Status, User, VoicePrint
from core.recordings import recaps, speaker_names, voice_prints
from core.retention import deletion
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.errors import OutOfMemory
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def someone(email: str = "ann", *, keeps: bool = True) -> User:
    user = make_user(email)
    voice_prints.set_keeps_voices(user.id, keeps)
    return user


def finish(user: User, name: str) -> str:
    recording_id = upload(user, SAMPLES / name)
    work()
    assert get(recording_id).job.status == Status.DONE
    return recording_id


def proposed(user: User, recording_id: str) -> dict[str, str]:
    key = recaps.get_version(recording_id).transcript_key
    return {speaker: one.name for speaker, one in voice_prints.propose(user.id, recording_id, key).items()}


def count_prints() -> int:
    with read() as session:
        return session.scalar(select(func.count()).select_from(VoicePrint)) or 0


def test_who_was_named_in_one_recording_is_proposed_in_the_next_until_forgotten() -> None:
    user = someone()
    first = finish(user, "standup.wav")
    assert proposed(user, first) == {}
    speaker_names.set_names(first, {"S1": "Anna", "S2": "Ben"}, utc_now())
    second = finish(user, "phone-call.ogg")
    names = proposed(user, second)
    assert sorted(names.values()) == ["Anna", "Ben"]
    assert names == {"S1": "Anna", "S2": "Ben"}, "Anna begins in both"
    speakers = recaps.load_transcript(second).speakers
    assert [one.name for one in speakers] == ["Speaker 1", "Speaker 2"], "nobody is named without being asked"

    speaker_names.set_names(second, {"S1": "Anna"}, utc_now())
    assert proposed(user, second) == {"S2": "Ben"}
    assert voice_prints.list_known(user.id) == {"Anna": 2, "Ben": 1}
    assert voice_prints.forget_voice(user.id, "Ben") == 1
    assert proposed(user, second) == {}
    assert voice_prints.forget_voice(user.id, "Ben") == 0

    deletion.remove_recording(first)
    deletion.remove_recording(second)
    assert count_prints() == 0, "voices go with their recording"


def test_voices_are_known_again_where_each_person_has_a_channel(tmp_path: Path) -> None:
    user = someone()
    speaker_names.set_names(finish(user, "standup.wav"), {"S1": "Anna", "S2": "Ben"}, utc_now())
    second = upload(user, on_two_channels(tmp_path / "call.wav"))
    work()
    assert "separate_channels" in codes(get(second))
    assert proposed(user, second) == {"S1": "Anna", "S2": "Ben"}


def on_two_channels(path: Path) -> Path:
    """The stand-up with a person on each channel."""
    with wave.open(str(SAMPLES / "standup.wav")) as source:
        rate, mono = source.getframerate(), np.frombuffer(source.readframes(source.getnframes()), np.int16)
    stereo = np.zeros((2, len(mono)), np.float32)
    for turn in read_truth("standup")["turns"]:
        begin, end = int(turn["start"] * rate), int(turn["end"] * rate)
        stereo[0 if turn["speaker"] == "Anna" else 1, begin:end] = mono[begin:end] / 32768
    path.write_bytes(wav(stereo, rate))
    return path


def test_no_voice_is_kept_without_consent_and_none_stays_when_it_is_taken_back() -> None:
    user, other = someone(keeps=False), someone("bob")
    finish(user, "standup.wav")
    assert count_prints() == 0
    mine = finish(other, "standup.wav")
    speaker_names.set_names(mine, {"S1": "Anna"}, utc_now())
    assert count_prints() == 2
    assert voice_prints.list_known(user.id) == {}, "nobody hears of another's voices"
    voice_prints.set_keeps_voices(other.id, False)
    assert (count_prints(), voice_prints.list_known(other.id)) == (0, {})


def test_a_recap_is_made_where_voices_cannot_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    user = someone()
    embed = PyannoteDiarizer.embed_voices
    calls = []

    def run_out(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) > 1:
            raise OutOfMemory()
        return embed(*arguments)

    monkeypatch.setattr(PyannoteDiarizer, "embed_voices", run_out)
    finish(user, "standup.wav")
    assert len(calls) == 2
    assert count_prints() == 0
