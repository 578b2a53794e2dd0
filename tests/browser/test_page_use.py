"""What people do on the pages, by mouse, by keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import meetings

from core.accounts import sessions
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Result, Status, User, Worker
from core.jobs import transitions
from core.recordings import library, queries
from core.storage.store import file_store
from pipeline.recap import Phrase, WindowText, to_json

OpenPage = Callable[..., Any]


def sound(folder: Path, name: str, size: int = 1000) -> Path:
    """A file to upload."""
    path = folder / name
    path.write_bytes(b"RIFF" * (size // 4))
    return path


def at_work(owner: User, progress: float) -> Recording:
    """A recording that is being transcribed, with one phrase heard."""
    recording = meetings.upload(owner, "Talk")
    key = recording.id * 2
    with write() as session:
        session.merge(Result(recording_id=recording.id, kind="transcribe", key=key))
        session.merge(Worker(id="gpu-1", queues="gpu", device="cpu", models={}, seen_at=utc_now()))
    hear(recording, 0, "Good morning everyone.")
    job = {"status": Status.RUNNING, "stage": "transcribe", "step": "process", "queue": "gpu", "progress": progress}
    return meetings.change(recording, job=job, duration_seconds=100.0)


def hear(recording: Recording, number: int, text: str) -> None:
    """Save the next phrase that was heard."""
    windows = (WindowText(number, (Phrase(10.0 * number, 10.0 * number + 9, text, -0.1, 0.0, 1.0, ()),)),)
    file_store().save_part(recording.id * 2, number, to_json(windows, tuple[WindowText, ...]))


def test_a_file_is_chosen_named_and_uploaded(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    with open_page() as page:
        assert page.get_by_role("link", name="Choose files").is_visible()
        page.locator("input[type=file]:not([name])").set_input_files(sound(tmp_path, "my_talk.wav"))
        assert page.get_by_label("Title").input_value() == "my talk"
        page.get_by_label("Title").fill("A talk")
        page.get_by_label("Language").select_option(label="Dutch")
        page.get_by_label("Speakers").select_option("2")
        page.get_by_role("button", name="Upload", exact=True).click()
        page.wait_for_url("**/recordings/*")
        assert page.get_by_role("heading", level=1).inner_text() == "A talk"
    (found,) = library.find_page(owner.id, library.View(), 9)
    assert (found.language, found.num_speakers, found.filename) == ("nl", 2, "my_talk.wav")


def test_several_files_go_at_once_and_one_refused_holds_up_none(
    open_page: OpenPage, owner: User, tmp_path: Path
) -> None:
    sizes = {"one.wav": 900_000, "empty.wav": 0, "big.wav": 6_000_000, "two.wav": 1000}
    files = [sound(tmp_path, name, size) for name, size in sizes.items()]
    with open_page(expected=(400,)) as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(files)
        assert page.get_by_text("This file is larger than 4.77 MB").is_visible(), "told before anything is sent"
        page.get_by_role("button", name="Upload 3 files").click()
        page.get_by_text("2 recordings uploaded").wait_for(state="attached")
        assert page.get_by_text("This file is empty").is_visible()
        assert page.get_by_role("link", name="Open").count() == 2
    assert sorted(each.title for each in library.find_page(owner.id, library.View(), 9)) == ["one", "two"]


def test_files_are_dropped_anywhere_on_the_library(open_page: OpenPage, owner: User) -> None:
    meetings.upload(owner, "An older one")
    with open_page() as page:
        carried = page.evaluate_handle(
            """() => { const carried = new DataTransfer();
                       carried.items.add(new File(["sound"], "dropped.mp3", { type: "audio/mpeg" }));
                       return carried; }"""
        )
        page.dispatch_event("h1", "dragenter", {"dataTransfer": carried})
        assert page.locator("body.dragging").count() == 1
        page.dispatch_event("h1", "drop", {"dataTransfer": carried})
        assert page.locator("body.dragging").count() == 0
        assert page.get_by_role("textbox", name="Title").input_value() == "dropped"
        page.get_by_role("button", name="Upload", exact=True).click()
        page.wait_for_url("**/recordings/*")
    assert {each.title for each in library.find_page(owner.id, library.View(), 9)} == {"An older one", "dropped"}


def test_the_sample_meeting_is_one_press_away(open_page: OpenPage, owner: User) -> None:
    with open_page() as page:
        page.get_by_role("button", name="Try the sample meeting").click()
        page.wait_for_url("**/recordings/*")
        assert page.get_by_role("heading", level=1).inner_text() == "Product launch planning"


def test_the_page_follows_the_work_to_its_end_without_a_reload(open_page: OpenPage, owner: User) -> None:
    recording = at_work(owner, 0.2)
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.evaluate("window.sameDocument = true")
        assert page.locator(".stage.now progress").get_attribute("value") == "20"
        hear(recording, 1, "The first item is the launch.")
        meetings.change(recording, job={"progress": 0.6})
        page.get_by_text("The first item is the launch.").wait_for()
        page.locator(".stage.now progress[value='60']").wait_for()
        assert page.get_by_text("Good morning everyone.").count() == 1
        meetings.change(recording, job={"stage": "diarize", "progress": 0.0})
        page.locator("#announcer", has_text="Identifying speakers").wait_for(state="attached")
        meetings.finish(recording, meetings.make_recap(recording))
        page.get_by_role("link", name="Download PDF").wait_for()
        assert page.locator("#announcer").inner_text() == "The recap is ready"
        assert page.evaluate("window.sameDocument") is True
        page.get_by_role("tab", name="Details").click()
        assert page.get_by_text("SHA-256").is_visible(), "what came later works too"


def test_rows_follow_the_work_and_keep_an_open_menu(open_page: OpenPage, owner: User) -> None:
    recording = at_work(owner, 0.2)
    with open_page() as page:
        page.get_by_text("20 %").first.wait_for()
        page.locator("summary", has=page.locator("[href$='#more']")).click()
        meetings.change(recording, job={"progress": 0.7})
        page.get_by_text("70 %").first.wait_for()
        assert page.get_by_role("link", name="Open").is_visible()
        page.keyboard.press("Escape")
        assert page.get_by_role("link", name="Open").is_hidden()
        meetings.finish(recording, meetings.make_recap(recording))
        page.get_by_text("4 decisions, 6 action items").wait_for()
        assert page.get_by_role("link", name="Download the PDF").is_visible()


def test_work_can_be_cancelled_and_tried_again(open_page: OpenPage, owner: User) -> None:
    recording = at_work(owner, 0.2)
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("heading", name="Cancelled by you").wait_for()
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("button", name="Cancel").wait_for()
    transitions.cancel(recording.id, utc_now())


def test_deleting_asks_first_with_the_focus_on_keep(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}")
        for _ in range(2):
            page.get_by_label("More").click()
            page.get_by_role("link", name="Delete").click()
            assert page.get_by_role("heading", name="Delete “Launch”?").is_visible()
            assert page.evaluate("document.activeElement.textContent") == "Cancel"
            page.keyboard.press("Escape")
            assert page.locator("dialog[open]").count() == 0
        page.get_by_label("More").click()
        page.get_by_role("link", name="Delete").click()
        page.locator("dialog").get_by_role("button", name="Delete").click()
        page.wait_for_url("**/")
    assert queries.get(recording.id) is None


def test_a_time_leads_to_the_second_it_names(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    for width in (1280, 390):
        with open_page(width=width, height=844) as page:
            page.goto(f"/recordings/{recording.id}")
            chip = page.locator(".point.decisions .chip").last
            chip.click()
            turn = page.locator(".turn.here")
            assert turn.count() == 1
            assert "budget of thirty thousand" in turn.inner_text()
            turn.wait_for(state="visible")
            page.wait_for_function(
                "() => { const box = document.querySelector('.turn.here').getBoundingClientRect();"
                " return box.top >= 0 && box.bottom <= innerHeight; }"
            )


def test_a_link_of_a_pdf_opens_the_recording_at_its_second(open_page: OpenPage, owner: User) -> None:
    recording = meetings.finished(owner, "Launch")
    with open_page() as page:
        page.goto(f"/recordings/{recording.id}?t=63")
        assert "postpone the product launch" in page.locator(".turn.here").inner_text()


def test_the_keyboard_alone_is_enough(open_page: OpenPage, owner: User) -> None:
    meetings.finished(owner, "Launch")
    with open_page() as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the content"
        page.keyboard.press("Enter")
        for _ in range(8):  # Upload, the states, the filter, the box of the row
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Launch":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/recordings/*")
        page.get_by_role("tab", name="Recap").focus()
        page.keyboard.press("ArrowRight")
        assert page.get_by_role("tab", name="Speakers").get_attribute("aria-selected") == "true"
        page.keyboard.press("ArrowRight")
        assert page.get_by_role("tab", name="Details").get_attribute("aria-selected") == "true"
        assert page.evaluate("document.activeElement.textContent") == "Details"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", "the focus can be seen"


def test_a_password_can_be_looked_at(open_page: OpenPage) -> None:
    with open_page(log_in=False) as page:
        page.goto("/login")
        page.get_by_role("button", name="Show").click()
        assert page.locator("#password").get_attribute("type") == "text"


def test_everything_works_without_scripts(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    with open_page(java_script_enabled=False) as page:
        page.goto("/upload")
        page.get_by_label("Recording").set_input_files(sound(tmp_path, "plain.wav"))
        page.get_by_label("Title, optional").fill("Plain")
        page.get_by_role("button", name="Upload").click()
        page.wait_for_url("**/recordings/*")
        (found,) = library.find_page(owner.id, library.View(), 9)
        meetings.finish(found, meetings.make_recap(found))
        page.goto(f"/recordings/{found.id}")
        assert page.get_by_role("heading", name="Decisions").is_visible()
        assert page.get_by_text("Should we postpone the product launch?").first.is_visible()
        page.get_by_label("More").click()
        page.get_by_role("link", name="Delete").click()
        page.get_by_role("button", name="Delete").click()
        page.wait_for_url("**/")
    assert queries.get(found.id) is None


def test_a_page_that_was_logged_out_elsewhere_says_so(open_page: OpenPage, owner: User) -> None:
    recording = at_work(owner, 0.2)
    with open_page(expected=(401,)) as page:
        page.goto(f"/recordings/{recording.id}")
        sessions.end_sessions(owner.id)
        page.wait_for_url("**/login?next=**")
    meetings.change(recording, job={"status": Status.CANCELLED})
