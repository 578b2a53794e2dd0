"""Uploads from the page over lines and servers that go away."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select
from support import page_checks as looks
from support.gunicorn_server import GunicornServer
from support.helpers import wait_until

import config
from core.accounts import users
from core.database import schema, sessions
from core.database.tables import ResumableUpload, User
from core.recordings import library
from core.retention import deletion
from core.storage.store import file_store
from core.uploads import resumable

OWNER, PASSWORD = "anna.kuiper@example.org", "four words of length"
OpenPage = Callable[..., Any]
MEGABYTE = 1_000_000
#: What the browser says of a line that breaks.
BROKEN = ("net::ERR", "status of 5")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A site with one account, on a server that can be killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("site")))
        patch.setenv("SECRET_KEY", "0123456789abcdef0123456789abcdef")
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        config.load.cache_clear()
        schema.upgrade()
        users.create_user(OWNER, PASSWORD)
        with GunicornServer() as started:
            yield started
    config.load.cache_clear()


@pytest.fixture(scope="module")
def site(server: GunicornServer) -> str:
    """Its address."""
    return server.address


@pytest.fixture
def owner(server: GunicornServer) -> User:
    """The account of the browser, with an empty library and nothing on its way."""
    found = users.find_user(OWNER)
    assert found is not None
    for each in library.find_page(found.id, library.View(), 100):
        deletion.remove_recording(each.id)
    for id in file_store().incoming_sizes():
        resumable.remove(id)
    return found


def sound(folder: Path, name: str, size: int) -> Path:
    """A file to upload, with contents of its own."""
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


def slow_down(page: Page, megabytes: float) -> None:
    """Let a page send only so many MB a second."""
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": megabytes * MEGABYTE}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)


def choose(page: Page, *files: Path) -> None:
    """Choose files on the upload page and send them."""
    page.goto("/upload")
    page.locator("input[type=file]:not([name])").set_input_files(files)
    page.locator("[data-start]").click()


def arrived() -> int:
    """Bytes of unfinished uploads on the disk."""
    return sum(file_store().incoming_sizes().values())


def check_library(owner: User, *files: Path) -> None:
    """Each file is one recording with exactly its bytes."""
    found = {each.filename: each for each in library.find_page(owner.id, library.View(), 99)}
    assert sorted(found) == sorted(file.name for file in files)
    for file in files:
        stored = file_store().recording(found[file.name].id).read_bytes()
        assert hashlib.sha256(stored).digest() == hashlib.sha256(file.read_bytes()).digest()


def test_an_upload_outlives_the_server(
    open_page: OpenPage, server: GunicornServer, owner: User, tmp_path: Path
) -> None:
    file = sound(tmp_path, "long.wav", 8 * MEGABYTE)
    with open_page(expected=BROKEN) as page:
        slow_down(page, 2)
        choose(page, file)
        wait_until(lambda: arrived() > 2 * MEGABYTE, 20)
        server.kill()
        page.get_by_text("Connection lost").wait_for()
        assert page.get_by_text("Continues automatically from").is_visible()
        assert looks.faint_texts(page) == looks.small_targets(page) == looks.nameless_controls(page) == []
        kept = arrived()
        assert 0 < kept < 8 * MEGABYTE
        server.start()
        assert arrived() >= kept
        page.wait_for_url("**/recordings/*", timeout=30_000)
    check_library(owner, file)


def test_a_pause_stops_and_the_same_file_goes_on_in_a_new_tab(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    file = sound(tmp_path, "paused.wav", 6 * MEGABYTE)
    with open_page() as page:
        slow_down(page, 2)
        choose(page, file)
        wait_until(lambda: arrived() > MEGABYTE, 20)
        page.get_by_role("button", name="Pause paused.wav").click()
        page.get_by_text("Paused", exact=True).wait_for()
        assert page.evaluate("document.activeElement.textContent").startswith("Resume")
        tab = page.context.new_page()
        page.close()
        asked: list[tuple[str, str | None]] = []
        tab.on("request", lambda sent: asked.append((sent.method, sent.headers.get("upload-offset"))))
        tab.goto("/upload")
        tab.locator("input[type=file]:not([name])").set_input_files(file)
        tab.get_by_role("textbox", name="Title").fill("Chosen again")
        tab.locator("[data-start]").click()
        tab.wait_for_url("**/recordings/*")
        assert "POST" not in [method for method, _ in asked]
        assert all(int(offset or 0) > MEGABYTE for method, offset in asked if method == "PATCH")
        assert tab.get_by_role("heading", level=1).inner_text() == "Chosen again"
    check_library(owner, file)


def test_three_go_at_once_and_what_is_removed_leaves_nothing(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    files = [sound(tmp_path, f"talk-{number}.wav", 2 * MEGABYTE) for number in range(5)]
    with open_page() as page:
        slow_down(page, 1.5)
        choose(page, *files)
        page.locator("[data-state=sending]").nth(2).wait_for()
        assert page.get_by_text("Starts when another upload is done").count() == 2
        wait_until(lambda: arrived() > 0)
        page.get_by_role("button", name="Remove talk-0.wav").click()
        page.locator("[data-status]", has_text="4 recordings uploaded").wait_for(state="attached", timeout=30_000)
        assert page.get_by_text("Uploaded. Waiting, ").count() + page.get_by_text("Uploaded. Next").count() == 4
    check_library(owner, *files[1:])
    wait_until(lambda: file_store().incoming_sizes() == {})


def test_what_is_asked_for_can_be_changed_on_the_way(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    file = sound(tmp_path, "changed.wav", 4 * MEGABYTE)

    def is_known() -> bool:
        with sessions.read() as session:
            announced = session.scalars(select(ResumableUpload.options).where(ResumableUpload.filename == file.name))
            return any((each["title"], each["num_speakers"]) == ("Changed on the way", 3) for each in announced)

    with open_page() as page:
        slow_down(page, 2)
        choose(page, file)
        wait_until(lambda: arrived() > MEGABYTE / 2, 20)
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("textbox", name="Title").fill("Changed on the way")
        page.get_by_role("combobox", name="Speakers").select_option("3")
        wait_until(is_known)
        page.get_by_role("button", name="Resume").click()
        page.wait_for_url("**/recordings/*", timeout=20_000)
    (found,) = library.find_page(owner.id, library.View(), 9)
    assert (found.title, found.num_speakers) == ("Changed on the way", 3)


def test_a_file_that_came_before_is_told_with_a_link(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    file, other = sound(tmp_path, "twice.wav", 1000), sound(tmp_path, "other.wav", 1000)
    with open_page() as page:
        choose(page, file)
        page.wait_for_url("**/recordings/*")
        first = page.url
        choose(page, file, other)
        page.get_by_text("You uploaded this file on").wait_for()
        page.get_by_role("link", name="twice").click()
        page.wait_for_url(first)
        choose(page, file)
        page.get_by_text("You uploaded this file on").wait_for()
        assert page.url != first
    assert len(library.find_page(owner.id, library.View(), 9)) == 4


def test_somebody_logged_out_meanwhile_is_told_and_can_go_on(open_page: OpenPage, owner: User, tmp_path: Path) -> None:
    file = sound(tmp_path, "out.wav", 6 * MEGABYTE)
    with open_page(expected=(401,)) as page:
        slow_down(page, 2)
        choose(page, file)
        wait_until(lambda: arrived() > MEGABYTE, 20)
        page.get_by_role("button", name="Pause").click()
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_role("button", name="Resume").click()
        page.get_by_text("You are no longer logged in").wait_for()
        page.context.add_cookies(cookies)
        page.get_by_role("button", name="Resume").click()
        page.wait_for_url("**/recordings/*")
    check_library(owner, file)


def delete(file: Path) -> None:
    file.unlink()


def overwrite(file: Path) -> None:
    file.write_bytes(os.urandom(file.stat().st_size))


def append(file: Path) -> None:
    with file.open("ab") as more:
        more.write(b"more")


def replace(file: Path) -> None:
    other = sound(file.parent, "other.tmp", file.stat().st_size)
    other.rename(file)


#: What the browser says of a file that it cannot read.
UNREADABLE = ("net::ERR_UPLOAD_FILE_CHANGED", "net::ERR_FILE_NOT_FOUND", "net::ERR_ACCESS_DENIED", "net::ERR_FAILED")


@pytest.mark.parametrize("change", [delete, overwrite, append, replace])
@pytest.mark.parametrize("is_under_way", [False, True])
def test_a_file_that_changed_after_it_was_chosen_is_to_be_chosen_again(
    open_page: OpenPage, owner: User, tmp_path: Path, change: Callable[[Path], None], is_under_way: bool
) -> None:
    file = sound(tmp_path, "changing.wav", 8 * MEGABYTE)
    os.utime(file, (1_700_000_000, 1_700_000_000))  # the browser compares the time of the last change
    with open_page(expected=UNREADABLE) as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(file)
        if is_under_way:
            slow_down(page, 2)
            page.locator("[data-start]").click()
            wait_until(lambda: arrived() > MEGABYTE / 2, 20)
            page.get_by_role("button", name="Pause").click()
            page.get_by_text("Paused", exact=True).wait_for()
            change(file)
            page.get_by_role("button", name="Resume").click()
        else:
            change(file)
            page.locator("[data-start]").click()
        page.get_by_text("The file changed, choose it again", exact=True).wait_for()
        assert page.get_by_text("Connection lost").is_hidden()
        assert page.get_by_role("button", name="Resume").is_hidden()
        wait_until(lambda: file_store().incoming_sizes() == {})
        assert not library.find_page(owner.id, library.View(), 9)
        if file.exists():
            page.get_by_role("button", name="Remove changing.wav").click()
            page.locator("input[type=file]:not([name])").set_input_files(file)
            page.locator("[data-start]").click()
            page.wait_for_url("**/recordings/*", timeout=30_000)
            check_library(owner, file)


def test_a_lost_connection_is_not_blamed_on_the_file(
    open_page: OpenPage, server: GunicornServer, owner: User, tmp_path: Path
) -> None:
    file = sound(tmp_path, "whole.wav", 4 * MEGABYTE)
    with open_page(expected=BROKEN) as page:
        page.goto("/upload")
        page.locator("input[type=file]:not([name])").set_input_files(file)
        server.kill()
        page.locator("[data-start]").click()
        page.get_by_text("Connection lost").wait_for()
        assert page.get_by_text("The file changed").is_hidden()
        server.start()
        page.wait_for_url("**/recordings/*", timeout=60_000)
    check_library(owner, file)
