"""The site behind nginx below a path, with a proxy that passes the path on and one that takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import meetings
from support.gunicorn_server import GunicornServer
from support.nginx_server import NginxServer

import config
from core.accounts import users
from core.database import schema
from core.recordings import library

OWNER, PASSWORD = "anna.kuiper@example.org", "four words of length"
OpenPage = Callable[..., Any]
#: Settings of the site, and whether nginx takes the path away.
WAYS: dict[str, tuple[dict[str, str], bool]] = {
    "passed on": ({"SCRIPT_NAME": "/apps/recap"}, False),
    "taken away": ({"TRUSTED_PROXIES": "1"}, True),
}


@pytest.fixture(scope="module", params=WAYS)
def nginx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NginxServer]:
    """nginx in front of a site with one account."""
    settings, takes_away = WAYS[request.param]
    proxy = NginxServer(tmp_path_factory.mktemp("nginx"), "/apps/recap")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("site")))
        patch.setenv("SECRET_KEY", "0123456789abcdef0123456789abcdef")
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        for name, value in settings.items():
            patch.setenv(name, value)
        config.load.cache_clear()
        schema.upgrade()
        users.create_user(OWNER, PASSWORD)
        with GunicornServer() as server:
            try:
                proxy.start(f"{server.address}/" if takes_away else server.address)
                yield proxy
            finally:
                proxy.stop()
    config.load.cache_clear()


@pytest.fixture(scope="module")
def site(nginx: NginxServer) -> str:
    """Its address; a request to any other fails the test."""
    return nginx.address


def test_a_recording_is_uploaded_and_read_without_leaving_the_path(
    open_page: OpenPage, nginx: NginxServer, tmp_path: Path
) -> None:
    owner = users.find_user(OWNER)
    assert owner is not None
    file = tmp_path / "talk.wav"
    file.write_bytes(b"RIFF" * 50_000)
    with open_page(log_in=False) as page:
        page.goto("account")
        page.get_by_label("E-mail").fill(OWNER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{nginx.address}/account")
        page.get_by_role("link", name="RealRecap").first.click()
        page.wait_for_url(f"{nginx.address}/")

        page.goto("upload")
        page.locator("input[type=file]:not([name])").set_input_files(file)
        page.locator("[data-start]").click()
        page.wait_for_url(f"{nginx.address}/recordings/*")
        (recording,) = library.find_page(owner.id, library.View(), 9)
        with page.expect_response(f"{nginx.address}/recordings/{recording.id}/live*"):
            pass
        meetings.finish(recording, meetings.make_recap(recording))
        page.get_by_role("heading", name="Decisions").first.wait_for()
        with page.expect_download() as pdf:
            page.get_by_role("link", name="PDF").first.click()
        assert pdf.value.path().read_bytes().startswith(b"%PDF")
        cookies = page.context.cookies()
        assert {cookie["path"] for cookie in cookies} == {"/apps/recap"}
        page.goto("")
        page.get_by_role("link", name=recording.title, exact=True).click()
        page.wait_for_url(f"{nginx.address}/recordings/{recording.id}")
    sent = nginx.requests()
    assert [each for each in sent if not each.split()[1].startswith("/apps/recap/")] == []
    assert any(each.startswith("PATCH /apps/recap/files/") or each == "POST /apps/recap/files/" for each in sent)
