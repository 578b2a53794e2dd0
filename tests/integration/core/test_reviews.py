"""Which recaps wait for a review, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support import meetings
from support.factories import make_user

from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.recordings import edits, queries, recaps, reviews
from pipeline.reading.draft import is_draft

pytestmark = pytest.mark.usefixtures("any_database")


@pytest.fixture
def owner() -> User:
    return make_user("ann")


def finish_again(recording: Recording) -> None:
    """Write another recap of a recording."""
    recap = meetings.make_recap(recording)
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, title="Another")))


def state_of(recording: Recording) -> str | None:
    review = reviews.find_review(recording.id)
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    assert is_draft(recap) == reviews.is_draft(recording.id) == (review is not None and review.edit is None)
    return review and review.state


def test_no_recap_waits_unless_its_owner_wants_that(owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    assert state_of(recording) is None
    reviews.require_reviews(make_user("ben").id, utc_now())
    assert state_of(recording) is None


def test_only_recaps_written_afterwards_wait(owner: User) -> None:
    before = meetings.finished(owner, "Before")
    since = utc_now()
    reviews.require_reviews(owner.id, since)
    after = meetings.finished(owner, "After")
    reviews.require_reviews(owner.id, since + timedelta(hours=1))
    assert (state_of(before), state_of(after)) == (None, "waiting"), "asking twice changes nothing"
    finish_again(before)
    assert state_of(before) == "waiting"


def test_a_review_is_kept_with_who_and_when_and_can_be_taken_back(owner: User) -> None:
    reviews.require_reviews(owner.id, utc_now())
    recording, now = meetings.finished(owner, "Launch"), utc_now()
    number = edits.add_review(recording.id, owner.id, 1, 0, now)
    review = reviews.find_review(recording.id)
    assert review is not None
    assert (review.edit, review.by, review.at) == (number, owner.email, now)
    with pytest.raises(edits.EditConflict):
        edits.add_review(recording.id, owner.id, 1, None, now)
    edits.restore_all(recording.id, owner.id, number, now)
    assert state_of(recording) == "reviewed"
    edits.undo(recording.id, owner.id, number, None, now)
    assert state_of(recording) == "waiting"


def test_a_recap_that_is_written_again_waits_again_and_an_earlier_one_does_not(owner: User) -> None:
    reviews.require_reviews(owner.id, utc_now())
    recording = meetings.finished(owner, "Launch")
    edits.add_review(recording.id, owner.id, 1, 0, utc_now())
    finish_again(recording)
    assert state_of(recording) == "waiting"
    edits.add_review(recording.id, owner.id, 2, None, utc_now())
    assert state_of(recording) == "reviewed"
    meetings.change(recording, version=1)
    assert state_of(recording) == "reviewed"


def test_a_recap_is_a_draft_before_it_is_shown(owner: User) -> None:
    reviews.require_reviews(owner.id, utc_now())
    recording = meetings.finished(owner, "Launch")
    meetings.change(recording, version=None)
    assert reviews.is_draft(recording.id)
    assert reviews.find_review(recording.id) is None


def test_without_the_setting_nothing_waits_and_pdfs_lose_the_mark(owner: User) -> None:
    reviews.require_reviews(owner.id, utc_now())
    waiting, reviewed = meetings.finished(owner, "Waiting"), meetings.finished(owner, "Reviewed")
    edits.add_review(reviewed.id, owner.id, 1, 0, utc_now())
    meetings.change(reviewed, job={"status": Status.DONE})
    reviews.stop_reviews(owner.id, utc_now())
    assert (state_of(waiting), state_of(reviewed)) == (None, None)
    jobs = [queries.get(each.id) for each in (waiting, reviewed)]
    assert [each.job.status for each in jobs if each] == [Status.QUEUED, Status.DONE]


def test_a_first_pdf_that_is_being_made_is_made_again_without_the_mark(owner: User) -> None:
    reviews.require_reviews(owner.id, utc_now())
    recording = meetings.finished(owner, "Launch")
    at_work = meetings.change(recording, job={"status": Status.RUNNING, "step": "render"}, version=None)
    reviews.stop_reviews(owner.id, utc_now())
    job = queries.get(recording.id).job
    assert (job.status, job.step, job.attempt) == (Status.QUEUED, "render", at_work.job.attempt + 1)
