"""Recordings are found by their words, by their owner alone, and no longer once they are deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from support import meetings
from support.factories import NOW, make_user

import config
from core.backup.rows import load_rows, save_rows
from core.database.sessions import forget_deleted, read, write
from core.database.tables import Recording, SearchEntry, SearchText, User
from core.recordings import details, indexing, recaps, speaker_names
from core.retention import deletion
from core.search import find, forgetting, sqlite_index
from core.search.words import find_matches, parse_query
from pipeline.meeting import UNKNOWN
from pipeline.recap import Recap, Segment

pytestmark = pytest.mark.usefixtures("any_database")


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def record(owner: User, title: str, *said: str) -> Recording:
    """A finished recording in which these sentences were said, ten seconds each."""
    recording = meetings.upload(owner, title)
    recap = meetings.make_recap(recording)
    segments = tuple(
        Segment(f"g{n}", 10.0 * n, 10.0 * n + 9, text, speaker=recap.transcript.speakers[0].id)
        for n, text in enumerate(said)
    )
    summary = replace(recap.summary, overview=(), topics=(), decisions=(), action_items=(), questions=())
    return keep(recording, replace(recap, transcript=replace(recap.transcript, segments=segments), summary=summary))


def keep(recording: Recording, recap: Recap) -> Recording:
    finished = meetings.finish(recording, recap)
    indexing.index_recording(recording.id)
    return finished


def search(owner: User, typed: str) -> set[str]:
    """The titles of what a user finds."""
    query = select(Recording.title).where(Recording.owner_id == owner.id, find.has_phrases(parse_query(typed)))
    with read() as session:
        return set(session.scalars(query))


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("We raise the parking fee.", "parking"),
        ("We raise the parking fee.", "PARK"),
        ("We raise the parking fee.", "fee parking"),
        ("Die Straße zum Café Müller.", "strasse"),
        ("Die Straße zum Café Müller.", "cafe muller"),
        ("Die Straße zum Café Müller.", "CAFE\u0301"),
        ("Naïve Łódź, ﬁne", "łódź fine"),
        ("今天我们讨论停车费。", "停车"),
        ("今天我们讨论停车费。", "讨论 费"),
        ("来週の会議は東京です。", "会議"),
        ("พรุ่งนี้เราจะประชุมกัน", "ประชุม"),
        ("오늘 회의를 시작합니다", "회의"),
        ("कल बैठक होगी", "बैठक"),
        ("Завтра встреча", "ВСТРЕЧА"),
        ("القُرآن في المكتبة", "القرآن"),
        ("Version 2.5 costs 1,200 euros", "2.5 1,200"),
        ("Don't stop_here now", "don't stop_here"),
        ("It is NEAR the gate", "near"),
    ],
)
def test_what_was_said_is_found(said: str, typed: str, ann: User) -> None:
    record(ann, "Talk", "Good morning.", said)
    assert search(ann, typed) == {"Talk"}


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("We raise the parking fee.", "arking"),
        ("We raise the parking fee.", "park fee"),
        ("We raise the parking fee.", "parking lemon"),
        ("今天我们讨论停车费。", "车停"),
        ("Good evening.", "zebra OR good"),
    ],
)
def test_other_words_are_not_found(said: str, typed: str, ann: User) -> None:
    record(ann, "Talk", said)
    assert search(ann, typed) == set()


@pytest.mark.parametrize(
    "typed",
    ['"', '""', "good*", "good AND", "NEAR(good)", "-good", "text:good", "^good", "'; DROP TABLE x;--", "good'",
     "good\\", "{good", "good & evening", "good | !evening", "good:*", "<->", "\U0001f600", "good \x00 evening",
     "x" * 5000, "good " * 100, "%", "_", "(", "good:A"],
)  # fmt: skip
def test_no_sign_of_a_search_has_a_meaning(typed: str, ann: User) -> None:
    record(ann, "Talk", "Good evening to all.")
    found = search(ann, typed) if parse_query(typed) else set()
    expected = {word.casefold() for word in typed.split() if word.isalpha()} <= {"good", "evening"}
    assert found <= {"Talk"}
    if typed in ("good*", "-good", "^good", "{good", "good'", "good\\", "good:*", "good & evening", "good " * 100):
        assert expected
        assert found == {"Talk"}


def test_nobody_finds_the_recordings_of_others(ann: User) -> None:
    ben = make_user("ben")
    recording = record(ann, "Talk", "We raise the parking fee.")
    assert search(ben, "parking") == set()
    assert find.find_hits(ben.id, [recording.id], parse_query("parking")) == {}


def test_titles_people_and_points_are_found_too(ann: User) -> None:
    recording = meetings.upload(ann, "Budget of the zoo")
    assert search(ann, "zoo") == {"Budget of the zoo"}, "before it is heard"
    recap = meetings.make_recap(recording)
    point = recap.summary.decisions[0]
    recap = replace(recap, summary=replace(recap.summary, decisions=(replace(point, text="Buy an okapi."),)))
    keep(recording, recap)
    assert search(ann, "okapi") == {"Budget of the zoo"}
    assert search(ann, recap.transcript.speakers[0].name) == {"Budget of the zoo"}
    (hit,) = find.find_hits(ann.id, [recording.id], parse_query("okapi"))[recording.id]
    assert (hit.kind, hit.start) == ("point", point.start)


def test_a_new_title_counts_at_once_and_the_old_one_no_more(ann: User) -> None:
    recording = record(ann, "Zoo", "Hello.")
    details.change_details(recording.id, lambda *_: ("Museum", UNKNOWN), NOW)
    assert search(ann, "museum") == {"Museum"}
    assert search(ann, "zoo") == set()


def test_names_are_found_as_they_are_now(ann: User) -> None:
    recording = record(ann, "Talk", "Hello.")
    speaker_names.set_names(recording.id, {"s1": "Ottilie"}, NOW)
    indexing.index_recording(recording.id)
    assert search(ann, "ottilie") == {"Talk"}
    (hit,) = find.find_hits(ann.id, [recording.id], parse_query("hello"))[recording.id]
    assert hit.speaker == "Ottilie"


def test_a_hit_says_when_and_marks_the_words(ann: User) -> None:
    recording = record(ann, "Talk", "Nothing.", "The fee, for parking, is too high: " + "so high " * 60, "A fee.")
    hits = find.find_hits(ann.id, [recording.id], parse_query("parking fee"))[recording.id]
    assert [hit.start for hit in hits] == [10.0, 20.0]
    assert [text for text, is_found in hits[0].pieces if is_found] == ["fee", "parking"]
    shown = "".join(text for text, _ in hits[0].pieces)
    assert shown.startswith("The fee, for parking, is too high")
    assert shown.endswith("…")
    assert len(shown) < 200


def test_a_hit_late_in_a_long_text_is_shown(ann: User) -> None:
    recording = record(ann, "Talk", "one two " * 200 + "zebra " + "three four " * 200)
    (hit,) = find.find_hits(ann.id, [recording.id], parse_query("zebra"))[recording.id]
    shown = "".join(text for text, _ in hit.pieces)
    assert shown.startswith("…")
    assert "zebra" in shown
    assert len(shown) < 250


def test_recordings_of_an_earlier_version_are_indexed_later(ann: User) -> None:
    record(ann, "Old", "We raise the parking fee.")
    with write() as session:
        session.execute(delete(SearchText))
        session.execute(delete(SearchEntry))
    assert search(ann, "parking") == set()
    assert indexing.index_missing() == 1
    assert search(ann, "parking old") == {"Old"}
    assert indexing.index_missing() == 0


def test_what_is_shown_anew_is_indexed_anew(ann: User) -> None:
    recording = record(ann, "Talk", "The first words.")
    recap = meetings.make_recap(recording)
    meetings.finish(recording, recap, b"%PDF-1.4 another")
    assert indexing.find_unindexed(9) == [recording.id]
    assert indexing.index_missing() == 1
    assert search(ann, "first words") == set()


def test_a_recording_that_is_deleted_meanwhile_is_not_indexed(ann: User) -> None:
    recording = record(ann, "Talk", "Hello.")
    deletion.remove_recording(recording.id)
    indexing.index_recording(recording.id)
    with read() as session:
        assert list(session.scalars(select(SearchText.id))) == []
    assert search(ann, "hello") == set()


def test_no_byte_of_a_deleted_recording_stays_in_the_index(any_database: str, ann: User) -> None:
    if not any_database.startswith("sqlite"):
        pytest.skip("PostgreSQL takes deleted rows out of its files by itself (VACUUM)")
    kept = [record(ann, f"Other {n}", "Harmless words.", "More of them.") for n in range(3)]
    recording = record(ann, "Talk", "The xylophonist resigned.", "Mécénat für Zwölfkämpfer.")
    kept.append(record(ann, "Last", "Harmless too."))
    words = [b"xylophonist", b"resigned", b"mecenat", "Mécénat".encode(), b"zwolfkampfer"]
    assert [word for word in words if word in read_database()] == words, "else this test could not fail"
    deletion.remove_recording(recording.id)
    assert [word for word in words if word in read_database()] == []
    assert search(ann, "harmless") == {each.title for each in kept}


def read_database() -> bytes:
    folder: Path = config.load().data_dir
    return b"".join(path.read_bytes() for path in folder.iterdir() if ".db" in path.name)


def test_forgetting_goes_on_where_it_stopped(any_database: str, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    if not any_database.startswith("sqlite"):
        pytest.skip("PostgreSQL takes deleted rows out of its files by itself (VACUUM)")
    monkeypatch.setattr(forgetting, "FORGET_SECONDS", -1.0)
    monkeypatch.setattr(sqlite_index, "_PAGES", 1)
    for n in range(20):
        record(ann, f"Other {n}", *(f"Words of number {n} {place}." for place in range(60)))
    recording = record(ann, "Talk", "The xylophonist resigned.")
    deletion.remove_recording(recording.id)
    calls = 1
    while not forgetting.forget_deleted():
        calls += 1
    assert calls > 1
    forget_deleted()
    assert b"xylophonist" not in read_database()


def test_words_and_their_places() -> None:
    text = "Café-Bar, 停车场, o'clock"
    matches, count = find_matches(text, parse_query("bar 停车 cafe o'cl"))
    assert [text[each.start : each.end] for each in matches] == ["Café", "Bar", "停车", "o'clock"]
    assert count == 4


def test_a_damaged_recap_keeps_no_other_from_being_found(ann: User) -> None:
    damaged = meetings.finished(ann, "Damaged")
    path = recaps.result_path(damaged.id, "recap", ".json")
    assert path is not None
    path.chmod(0o600)
    path.write_bytes(b"{")
    meetings.finished(ann, "Whole")
    assert indexing.index_missing() == 2
    assert indexing.index_missing() == 0
    assert search(ann, "damaged") == {"Damaged"}
    assert search(ann, "launch") == {"Whole"}


def test_a_backup_has_no_index_and_what_is_restored_is_found_again(ann: User, tmp_path: Path) -> None:
    record(ann, "Talk", "The xylophonist resigned.")
    save_rows(tmp_path / "rows.db")
    with closing(sqlite3.connect(tmp_path / "rows.db")) as saved:
        for table in ("search_text", "search_entry"):
            assert saved.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
        found = "SELECT count(*) FROM search_index WHERE search_index MATCH 'xylophonist'"
        assert saved.execute(found).fetchone() == (0,)
    with write() as session:
        load_rows(tmp_path / "rows.db", session.connection())
    assert search(ann, "xylophonist") == set()
    assert indexing.index_missing() == 1
    assert search(ann, "xylophonist") == {"Talk"}
