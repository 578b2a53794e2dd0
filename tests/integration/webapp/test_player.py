"""The sound of a recording over HTTP, and what its page gives the player."""

from __future__ import annotations

import os

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.sounds import keep_sound
from support.visitors import Program, log_in

from core.database.tables import Recording, User
from core.recordings.playback import find_sound
from core.retention import deletion
from webapp.recordings import player


@pytest.fixture
def recording(alice: User) -> Recording:
    return meetings.finished(alice, "Über the launch")


@pytest.fixture
def sound(recording: Recording) -> bytes:
    return keep_sound(recording, 20.0)


@pytest.fixture
def client(app: Flask, alice: User) -> FlaskClient:
    return log_in(app, alice)


def address(recording: Recording) -> str:
    return f"/recordings/{recording.id}/audio"


def test_owner_and_program_get_the_whole_sound(
    client: FlaskClient, program: Program, recording: Recording, sound: bytes
) -> None:
    for answer in (client.get(address(recording)), program.get(address(recording))):
        assert (answer.status_code, answer.data, answer.content_type) == (200, sound, "audio/mp4")
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "launch.m4a" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-1", 0, 1), ("100-199", 100, 199), ("50-", 50, None), ("-10", -10, None), ("9-999999999", 9, None)],
)
def test_a_range_is_exactly_what_was_asked_for(
    client: FlaskClient, recording: Recording, sound: bytes, asked: str, first: int, last: int | None
) -> None:
    answer = client.get(address(recording), headers={"Range": f"bytes={asked}"})
    wanted = sound[first : None if last is None else last + 1]
    start = first if first >= 0 else len(sound) + first
    assert (answer.status_code, answer.data) == (206, wanted)
    assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(sound)}"
    assert answer.content_length == len(wanted)


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=0-1,5-6", "bytes=999999999-999999999999"])
def test_a_range_that_is_not_in_the_file_is_refused(
    client: FlaskClient, program: Program, recording: Recording, sound: bytes, asked: str
) -> None:
    for answer in (client, program):
        refused = answer.get(address(recording), headers={"Range": asked})
        assert refused.status_code == 416
        assert refused.headers["Content-Range"] == f"bytes */{len(sound)}"
    assert refused.json["error"]["code"] == "requested_range_not_satisfiable"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=a-b", "bytes=--5", "lines=0-1", "bytes", "bytes=" + "9" * 400 + "-"]
)
def test_odd_ranges_never_leave_the_file(client: FlaskClient, recording: Recording, sound: bytes, asked: str) -> None:
    answer = client.get(address(recording), headers={"Range": asked})
    assert answer.status_code in (200, 416)
    if answer.status_code == 200:
        assert answer.data == sound


def test_a_player_gets_long_sounds_in_pieces_and_a_program_as_it_asks(
    client: FlaskClient, program: Program, recording: Recording, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "MOST_AT_A_TIME", 4096)
    pieces, headers = [], {"Range": "bytes=0-"}
    while sum(map(len, pieces)) < len(sound):
        answer = client.get(address(recording), headers=headers)
        assert (answer.status_code, len(answer.data) <= 4096) == (206, True)
        pieces.append(answer.data)
        headers = {"Range": f"bytes={sum(map(len, pieces))}-", "If-Range": answer.headers["ETag"]}
    assert b"".join(pieces) == sound
    assert program.get(address(recording), headers={"Range": "bytes=10-"}).data == sound[10:]


def test_the_sound_stays_the_same_for_a_player_when_it_was_used(
    client: FlaskClient, recording: Recording, sound: bytes
) -> None:
    first = client.get(address(recording))
    path = find_sound(recording.id)
    assert path is not None
    os.utime(path, (1, 1))
    second = client.get(address(recording), headers={"Range": "bytes=3-5", "If-Range": first.headers["ETag"]})
    assert (second.status_code, second.data) == (206, sound[3:6])
    assert "Last-Modified" not in first.headers


def test_nobody_else_hears_it(
    app: Flask, recording: Recording, sound: bytes, charlie: User, admin: User, stranger: Program
) -> None:
    for user in (charlie, admin):
        assert log_in(app, user).get(address(recording), headers={"Range": "bytes=0-"}).status_code == 404
    assert stranger.get(address(recording)).status_code == 404
    assert app.test_client().get(address(recording)).status_code == 302


def test_a_recording_without_sound_has_no_player(client: FlaskClient, program: Program, recording: Recording) -> None:
    assert client.get(address(recording)).status_code == 404
    answer = program.get(address(recording))
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    page = client.get(f"/recordings/{recording.id}")
    assert page.status_code == 200
    assert "<audio" not in page.text


def test_a_deleted_recording_takes_its_sound_along(client: FlaskClient, recording: Recording, sound: bytes) -> None:
    path = find_sound(recording.id)
    assert path is not None
    deletion.remove_recording(recording.id)
    assert not path.exists()
    assert client.get(address(recording)).status_code == 404


def test_the_page_has_the_waveform_and_when_each_word_begins(
    client: FlaskClient, recording: Recording, sound: bytes
) -> None:
    page = client.get(f"/recordings/{recording.id}").text
    assert f'src="{address(recording)}"' in page
    assert page.count("data-words=") == page.count('<article class="turn')
    segment = meetings.make_transcript("launch-planning").segments[0]
    begins = [int(10 * word.start) for word in segment.words]
    steps = [str(at - before) for before, at in zip([0, *begins], begins, strict=False)]
    assert f'data-words="{" ".join(steps)}' in page
