"""Rows of edits on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from support import meetings
from support.factories import make_user

from core.clock import utc_now
from core.database.tables import Recording, User
from core.recordings import edits, recaps
from core.retention import deletion
from pipeline.edits.edit import PointAnchor

pytestmark = pytest.mark.usefixtures("any_database")


@pytest.fixture
def owner() -> User:
    return make_user("ann")


@pytest.fixture
def recording(owner: User) -> Recording:
    return meetings.finished(owner, "Launch")


def add(recording: Recording, owner: User, text: str) -> int:
    payload = {"start": None, "changes": {"text": text}}
    return edits.add_edit(
        recording.id, owner.id, "add", payload, lambda _, number: PointAnchor(number, "decisions", None, ()).to_plain(),
        0, utc_now(),
    )  # fmt: skip


def test_edits_at_the_same_time_get_numbers_of_their_own(recording: Recording, owner: User) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda number: add(recording, owner, f"Number {number}"), range(8)))
    assert sorted(numbers) == list(range(1, 9))
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    shown = {point.text for point in recap.summary.decisions}
    assert {f"Number {number}" for number in range(8)} <= shown


def test_of_two_who_undo_the_same_edit_one_is_told(recording: Recording, owner: User) -> None:
    add(recording, owner, "Once")

    def undo(_: int) -> bool:
        try:
            edits.undo(recording.id, owner.id, 1, None, utc_now())
        except edits.EditConflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(undo, range(4))) == [False, False, False, True]
    assert [row.kind for row, _ in edits.list_edits(recording.id)] == ["add", "undo"]


def test_edits_have_a_limit_and_go_with_their_recording(
    recording: Recording, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "MAX_EDITS", 1)
    add(recording, owner, "Once")
    with pytest.raises(edits.EditConflict, match="too often"):
        add(recording, owner, "Twice")
    assert [email for _, email in edits.list_edits(recording.id)] == [owner.email]
    deletion.remove_recording(recording.id)
    assert edits.list_edits(recording.id) == []
    with pytest.raises(edits.NothingToEdit):
        add(recording, owner, "Late")
