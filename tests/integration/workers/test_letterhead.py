"""The PDFs that workers make carry the letterhead of now, and those of before are found again."""

from __future__ import annotations

import pytest
from pypdf import PdfReader
from support import meetings
from support.logos import make_picture
from support.worker_jobs import work

from core.clock import utc_now
from core.database.tables import Recording, User
from core.letterhead import keep_letterhead
from core.recordings import recaps
from pipeline.render.letterhead import Letterhead
from pipeline.render.logo import make_logo

pytestmark = pytest.mark.usefixtures("sqlite", "settings_of")


def made_pdf(recording: Recording) -> str:
    """The key of the PDF and who it is from."""
    path = recaps.pdf_path(recording.id)
    assert path is not None
    metadata = PdfReader(path).metadata
    assert metadata is not None
    return f"{path.stem} {metadata.author}"


def test_a_change_of_the_letterhead_makes_every_pdf_anew(owner: User) -> None:
    recordings = [meetings.finished(owner, title) for title in ("Launch", "Other")]
    for letterhead in (Letterhead(name="Südwest"), Letterhead(make_logo(make_picture()), "Südwest"), Letterhead()):
        assert keep_letterhead(letterhead, owner.id, utc_now())
        assert work() == len(recordings)
        made = [made_pdf(each) for each in recordings]
        assert all(each.endswith(letterhead.name or "RealRecap") for each in made)
    plain = made
    assert keep_letterhead(Letterhead(name="Südwest"), owner.id, utc_now())
    work()
    assert [made_pdf(each) for each in recordings] != plain
    assert keep_letterhead(Letterhead(), owner.id, utc_now())
    work()
    assert [made_pdf(each) for each in recordings] == plain
    assert not keep_letterhead(Letterhead(), owner.id, utc_now())


def test_a_pdf_has_the_letterhead_of_the_template_of_its_own_recap(owner: User) -> None:
    recording = meetings.finished(owner, "Session")
    meetings.change(recording, template="lecture")  # asked for since, and not written
    written = meetings.make_recap(recording).summary.template
    for template, name in ((written, "As written"), ("lecture", "As asked for")):
        keep_letterhead(Letterhead(name=name), owner.id, utc_now(), template)
    work()
    assert made_pdf(recording).endswith("As written")
