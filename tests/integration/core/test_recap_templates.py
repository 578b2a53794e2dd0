from __future__ import annotations

from datetime import timedelta

import pytest
from support.factories import NOW, make_recording, make_user

from core.database.tables import User
from core.recordings import options, recap_templates
from core.recordings.options import RecapOptions, UploadOptions
from core.recordings.recap_templates import TemplateError
from core.retention import deletion
from core.storage.store import file_store
from core.uploads import resumable
from pipeline.summarize.language_model.templates import TEMPLATES

pytestmark = pytest.mark.usefixtures("any_database")
TEXT = "Name each defect with its place."


@pytest.fixture
def admin() -> User:
    return make_user("admin")


def names() -> list[str]:
    return [each.name for each in recap_templates.list_available()]


def test_the_built_in_templates_are_those_that_the_prompts_know() -> None:
    assert [each.name for each in recap_templates.BUILT_IN] == list(TEMPLATES)
    assert all(each.title and each.about.endswith(".") for each in recap_templates.list_available())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Site visit", "site-visit"),
        ("  Zoë's  Überblick\n", "zoe-s-uberblick"),
        ("Council", "council-2"),
        ("New", "new-2"),
        ("default", "default-2"),
        ("会议", "template"),
        ("x" * 80, "x" * 56),
    ],
)
def test_a_name_is_made_of_the_title(admin: User, title: str, name: str) -> None:
    assert recap_templates.add(title, TEXT, admin, NOW).name == name
    assert name in names()


def test_titles_that_come_to_the_same_name_get_numbers(admin: User) -> None:
    assert [recap_templates.add(title, TEXT, admin, NOW).name for title in ("会议", "会谈", "A b", "A-b")] == [
        "template", "template-2", "a-b", "a-b-2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "instructions", "field"),
    [
        ("", TEXT, "title"),
        ("\x00 ", TEXT, "title"),
        ("x" * 81, TEXT, "title"),
        ("meeting", TEXT, "title"),
        ("ONE-ON-ONE", TEXT, "title"),
        ("Site visit", " \n", "instructions"),
        ("Site visit", "x" * 2001, "instructions"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(admin: User, title: str, instructions: str, field: str) -> None:
    with pytest.raises(TemplateError) as refused:
        recap_templates.add(title, instructions, admin, NOW)
    assert refused.value.field == field
    assert recap_templates.list_added() == []


def test_two_templates_of_one_title_cannot_be(admin: User) -> None:
    recap_templates.add("Site visit", TEXT, admin, NOW)
    other = recap_templates.add("Round table", TEXT, admin, NOW)
    with pytest.raises(TemplateError, match="of this title"):
        recap_templates.add("site VISIT", TEXT, admin, NOW)
    with pytest.raises(TemplateError, match="of this title"):
        recap_templates.change(other.name, "Site visit", TEXT)
    assert recap_templates.change(other.name, "Round Table", TEXT), "its own title is not taken"


def test_an_edited_template_keeps_its_name_and_tells_its_new_text(admin: User) -> None:
    name = recap_templates.add("Site visit", TEXT, admin, NOW).name
    assert recap_templates.change(name, "Visits", "  Two\r\nlines\x07 ")
    found = recap_templates.get(name)
    assert found is not None
    assert (found.title, found.instructions, found.made_at, found.made_by) == ("Visits", "Two\nlines", NOW, admin.id)
    assert recap_templates.resolve(name, None) == (name, "Two\nlines")
    assert not recap_templates.change("unknown", "Title", TEXT)


def test_own_words_are_added_to_what_a_template_asks_for(admin: User) -> None:
    name = recap_templates.add("Site visit", TEXT, admin, NOW).name
    assert recap_templates.resolve(None, None) == ("meeting", None)
    assert recap_templates.resolve("lecture", "The sums.") == ("lecture", "The sums.")
    assert recap_templates.resolve("custom", "The sums.") == ("custom", "The sums.")
    assert recap_templates.resolve(name, "The sums.") == (name, f"{TEXT}\nThe sums.")
    assert recap_templates.resolve("never-there", "The sums.") == ("meeting", "The sums.")


def test_a_deleted_template_is_not_offered_but_kept_for_who_asked(admin: User) -> None:
    name = recap_templates.add("Site visit", TEXT, admin, NOW).name
    recording = make_recording(admin, template=name)
    assert recap_templates.count_recordings(name) == 1
    assert recap_templates.remove(name, NOW)
    assert name not in names()
    assert recap_templates.get(name) is None
    assert not recap_templates.is_available(name)
    assert not recap_templates.remove(name, NOW)
    assert recap_templates.resolve(recording.template, None) == (name, TEXT)
    assert recap_templates.titles()[name] == "Site visit"
    assert recap_templates.add("Site visit", "Another text", admin, NOW).name == "site-visit-2"


def test_a_deleted_template_that_nobody_asks_for_is_gone(admin: User) -> None:
    name = recap_templates.add("Site visit", TEXT, admin, NOW).name
    recording = make_recording(admin, template=name)
    recap_templates.remove(name, NOW)
    deletion.remove_recording(recording.id)
    other = recap_templates.add("Other", TEXT, admin, NOW).name
    recap_templates.remove(other, NOW)
    assert {name, other}.isdisjoint(recap_templates.titles())


def test_an_upload_on_its_way_keeps_its_template_too(admin: User) -> None:
    name = recap_templates.add("Site visit", TEXT, admin, NOW).name
    file_store().make_folders()
    resumable.create(admin.id, resumable.AnnouncedUpload("talk.mp3", 5, UploadOptions(template=name)), NOW)
    recap_templates.remove(name, NOW + timedelta(minutes=1))
    assert recap_templates.resolve(name, None) == (name, TEXT)


def test_the_line_to_choose_by_is_the_first_of_the_text_and_not_too_long(admin: User) -> None:
    recap_templates.add("Long", "word " * 100 + "\nsecond line", admin, NOW)
    (offer,) = [each for each in recap_templates.list_available() if each.name == "long"]
    assert len(offer.about) <= 100
    assert offer.about.endswith("word…")


def test_choices_are_kept_with_the_recording(admin: User) -> None:
    chosen = {"template": "lecture", "summary_language": "nl", "model": "qwen3:8b", "instructions": "The sums."}
    recording = make_recording(admin, **chosen)
    assert options.recap_options_of(recording) == RecapOptions(**chosen)
    assert options.recap_options_of(make_recording(admin)) == RecapOptions()
