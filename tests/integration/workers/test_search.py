"""A recording is found by its words as soon as its job ends, and by names and words as they are corrected."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select
from support.factories import make_user
from support.helpers import SAMPLES
from support.worker_jobs import upload, work

from core.clock import utc_now
from core.database.sessions import read, write
from core.database.tables import Recording, SearchEntry, SearchText
from core.recordings import indexing, recaps, speaker_names
from core.search import find
from core.search.words import parse_query
from webapp.cli.search import search_group
from workers import step_runner, sweeper

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


def search(typed: str) -> list[str]:
    with read() as session:
        return list(session.scalars(select(Recording.id).where(find.has_phrases(parse_query(typed)))))


def forget_index() -> None:
    """As a version before leaves the tables."""
    with write() as session:
        session.execute(delete(SearchText))
        session.execute(delete(SearchEntry))


def test_a_job_that_ends_has_its_recording_found(monkeypatch: pytest.MonkeyPatch) -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav", language="en")
    work()
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    said = recap.transcript.segments[-1].text
    assert search(said) == [recording_id]
    assert indexing.find_unindexed(9) == []
    speaker_names.set_names(recording_id, {recap.transcript.speakers[0].id: "Ottilie"}, utc_now())
    assert search("ottilie") == []
    work()
    assert search("ottilie") == [recording_id]
    forget_index()
    sweeper.clean_up()
    assert search(said) == [recording_id]
    forget_index()
    for options, count in ((["reindex"], 1), (["reindex"], 0), (["reindex", "--all"], 1)):
        answer = CliRunner().invoke(search_group, options)
        assert (answer.exit_code, answer.output) == (0, f"{count} recordings indexed.\n")
    assert search(said) == [recording_id]

    def fail(_recording_id: str) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(indexing, "index_recording", fail)
    speaker_names.set_names(recording_id, {recap.transcript.speakers[0].id: "Berta"}, utc_now())
    work()
    monkeypatch.undo()
    assert recaps.pdf_path(recording_id) is not None
    assert indexing.find_unindexed(9) == [recording_id], "the job is done, and beat does the rest"
