"""The library's orders, pages and filters, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import meetings
from support.factories import NOW, make_user

from core.database.tables import Status, User
from core.recordings import library, reviews, tags
from core.recordings.library import Sort, View
from core.search.words import parse_query

pytestmark = pytest.mark.usefixtures("any_database")


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def titles(owner: User, **view: object) -> list[str]:
    return [each.title for each in library.find_page(owner.id, View(**view), 20)]  # type: ignore[arg-type]


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("is_searched", [False, True])
def test_pages_have_each_recording_once_in_the_order_of_the_whole(sort: Sort, is_searched: bool, ann: User) -> None:
    for n in range(9):
        made = meetings.upload(ann, f"talk {['b', 'A', 'a', 'Ä', 'b'][n % 5]}", at=NOW + timedelta(minutes=n // 3))
        meetings.change(made, duration_seconds=[None, 60.0, 0.5][n % 3])
    meetings.upload(make_user("ben"), "talk of another")
    view = View(sort=sort, phrases=parse_query("talk") if is_searched else ())
    whole = [each.id for each in library.find_page(ann.id, view, 20)]
    seen: list[str] = []
    after = None
    while page := library.find_page(ann.id, view, 2, after):
        seen += [each.id for each in page]
        after = library.place_after(page[-1], sort)
    assert seen == whole
    assert len(set(seen)) == 9


def test_filters_and_counts(ann: User) -> None:
    reviews.require_reviews(ann.id, NOW)
    done = meetings.finished(ann, "Done", at=NOW)
    meetings.change(meetings.upload(ann, "Failed", at=NOW + timedelta(days=1)), job={"status": Status.FAILED})
    meetings.upload(ann, "Waits", language="nl", at=NOW + timedelta(days=2))
    meetings.finished(make_user("ben"), "Other")
    tags.set_tags(done.id, ["budget"])
    assert titles(ann, state=library.AT_WORK) == ["Waits"]
    assert titles(ann, state=library.REVIEW) == ["Done"]
    assert titles(ann, state="failed") == ["Failed"]
    assert titles(ann, tag="budget") == ["Done"]
    assert titles(ann, language="nl") == ["Waits"]
    assert titles(ann, since=NOW + timedelta(days=1), until=NOW + timedelta(days=2)) == ["Failed"]
    assert titles(ann, phrases=parse_query("wai")) == ["Waits"]
    counts = library.count_states(ann.id)
    assert counts == {"done": 1, "failed": 1, "queued": 1, library.AT_WORK: 1, library.REVIEW: 1}
    assert library.list_languages(ann.id) == ["en", "nl"]
    assert tags.list_tags(ann.id) == ["budget"]


def test_a_page_by_title_after_a_recording_that_is_gone_is_lost(ann: User) -> None:
    last = library.place_after(meetings.upload(make_user("ben"), "Of another"), Sort.TITLE)
    with pytest.raises(library.LostPlace):
        library.find_page(ann.id, View(sort=Sort.TITLE), 2, last)
