"""A real gunicorn on a fresh DATA_DIR and a real Chromium. Every page is watched for errors and foreign requests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

import config
from core.accounts import users
from core.database import schema
from core.database.tables import User
from core.recordings import library
from core.retention import deletion

ROOT = Path(__file__).resolve().parents[2]
EMAIL, PASSWORD = "anna.kuiper@example.org", "four words of length"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()

#: A context manager that lends a watched page.
OpenPage = Callable[..., AbstractContextManager[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with one account, served by gunicorn; this process looks at the same data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        settings = {
            "DATA_DIR": str(tmp_path_factory.mktemp("site")),
            "SECRET_KEY": "0123456789abcdef0123456789abcdef",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "MAX_UPLOAD_BYTES": "5000000",
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        config.load.cache_clear()
        schema.upgrade()
        users.create_user(EMAIL, PASSWORD)
        command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "8", "-b", f"127.0.0.1:{port}"]
        server = subprocess.Popen([*command, "run:app"], cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)
            config.load.cache_clear()
    config.load.cache_clear()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urlopen(address):  # noqa: S310 - our own address
                return
        except OSError:
            if time.monotonic() > deadline:
                pytest.fail(f"nothing answers at {address}")
            time.sleep(0.05)


@pytest.fixture
def owner(site: str) -> User:
    """The account of the browser, with an empty library."""
    found = users.find_user(EMAIL)
    assert found is not None
    for each in library.find_page(found.id, library.View(), 100):
        deletion.remove_recording(each.id)
    return found


@pytest.fixture
def open_page(chromium: Browser, site: str) -> OpenPage:
    """Lends pages of the site, logged in unless told otherwise; what goes wrong in one fails the test.

    `expected` are the statuses of answers that the browser complains of and the test wants, or words of a complaint.
    """

    @contextmanager
    def lend(
        *,
        log_in: bool = True,
        expected: tuple[int | str, ...] = (),
        width: int = 1280,
        height: int = 900,
        **options: Any,
    ) -> Iterator[Page]:
        context = chromium.new_context(base_url=f"{site}/", viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        wrong: list[str] = []
        complaints = tuple(each if isinstance(each, str) else f"status of {each}" for each in expected)

        def hear(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning") and not any(each in said.text for each in complaints):
                wrong.append(said.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda asked: None if asked.url.startswith((f"{site}/", "data:")) else wrong.append(asked.url)
        )
        page.set_default_timeout(30_000)
        if log_in:
            enter(page)
        yield page
        assert not wrong
        context.close()

    return lend


def enter(page: Page) -> None:
    """Log in on a page."""
    page.goto("login")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
