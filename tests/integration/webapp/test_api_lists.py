"""The list of recordings in the API, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import meetings
from support.api_shapes import RECORDING, has_shape
from support.visitors import Program

from core.clock import utc_now
from core.database.tables import User
from core.recordings import queries


def test_the_list_is_newest_first_and_read_page_by_page(program: Program, alice: User) -> None:
    now = utc_now()
    made = [meetings.upload(alice, f"Talk {n}", at=now - timedelta(minutes=n // 2)) for n in range(7)]
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        answer = program.get(f"/recordings?limit=3&cursor={cursor}").json
        assert list(answer) == ["items", "next_cursor"]
        assert all(has_shape(each, RECORDING) for each in answer["items"])
        seen += [each["id"] for each in answer["items"]]
        cursor, pages = answer["next_cursor"], pages + 1
    assert pages == 3
    assert len(seen) == 7
    assert set(seen) == {each.id for each in made}
    times = [queries.get(each).created_at for each in seen]  # type: ignore[union-attr]
    assert times == sorted(times, reverse=True)


def test_a_recording_added_meanwhile_moves_no_page(program: Program, alice: User) -> None:
    now = utc_now()
    for n in range(4):
        meetings.upload(alice, f"Talk {n}", at=now - timedelta(minutes=n))
    first = program.get("/recordings?limit=2").json
    meetings.upload(alice, "New", at=now + timedelta(minutes=1))
    second = program.get(f"/recordings?limit=2&cursor={first['next_cursor']}").json
    assert [each["title"] for each in first["items"] + second["items"]] == [f"Talk {n}" for n in range(4)]


def test_a_page_has_25_items_and_at_most_100(program: Program, alice: User) -> None:
    for n in range(105):
        meetings.upload(alice, f"Talk {n}")
    assert len(program.get("/recordings").json["items"]) == 25
    assert len(program.get("/recordings?limit=500").json["items"]) == 100


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "cursor=x", "cursor=%00", "cursor=MTIz"])
def test_a_strange_query_is_refused(program: Program, query: str) -> None:
    answer = program.get(f"/recordings?{query}")
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "invalid_request"
