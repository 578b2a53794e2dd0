"""The site below a path, such as https://example.org/recap, behind proxies that pass the path on or take it away."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from support import meetings
from support.visitors import PASSWORD, Browser
from werkzeug.test import TestResponse

import config
from core.accounts import api_keys
from core.database.tables import User
from webapp import create_app

BELOW = "https://example.org/recap"
#: Every address in a page, except places within it.
LINKS = re.compile(r'(?:href|src|action|data-(?:url|files|recordings|tus|rows|follow))="([^"#]+)')


@pytest.fixture
def make_site(sqlite: str, alice: User, settings_of: Callable[..., config.Settings]) -> Callable[..., Flask]:
    """Makes the app with other settings."""

    def make(**settings: object) -> Flask:
        settings_of(**settings)
        app = create_app()
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = Browser
        return app

    return make


class Proxied:
    """A browser behind a proxy that passes the path on, or takes it away. Cookies are kept where the browser is."""

    def __init__(self, app: Flask, *, takes_away: bool, prefix: str = "/recap", **headers: str) -> None:
        self.client, self.takes_away, self.prefix = app.test_client(use_cookies=False), takes_away, prefix
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.cookies: dict[str, str] = {}

    def open(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        assert f"{path}/".startswith(f"{self.prefix}/"), f"{path} leaves the site"
        arriving = (path.removeprefix(self.prefix) or "/") if self.takes_away else path
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.open(arriving, method=method, headers=self.headers | {"Cookie": cookies}, **options)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer


WAYS = {
    "passed on, PUBLIC_URL": ({"PUBLIC_URL": BELOW}, False, {}),
    "taken away, PUBLIC_URL": ({"PUBLIC_URL": BELOW}, True, {}),
    "passed on, SCRIPT_NAME": ({"SCRIPT_NAME": "/recap/"}, False, {}),
    "taken away, SCRIPT_NAME": ({"SCRIPT_NAME": "/recap"}, True, {}),
    "passed on, told": ({"TRUSTED_PROXIES": 1}, False, {"X_Forwarded_Prefix": "/recap"}),
    "taken away, told": ({"TRUSTED_PROXIES": 1}, True, {"X_Forwarded_Prefix": "/recap/"}),
    "taken away, told by the second": ({"TRUSTED_PROXIES": 2}, True, {"X_Forwarded_Prefix": "/evil, /recap, /inner"}),
}


@pytest.fixture(params=WAYS)
def visitor(request: pytest.FixtureRequest, make_site: Callable[..., Flask]) -> Proxied:
    """Somebody who opens the site below /recap."""
    settings, takes_away, headers = WAYS[request.param]
    return Proxied(make_site(**settings), takes_away=takes_away, **headers)


def log_in(visitor: Proxied, alice: User, target: str = "") -> TestResponse:
    form = {"email": alice.email, "password": PASSWORD, "next": target}
    return visitor.open(f"{visitor.prefix}/login", "POST", data=form)


def test_every_page_links_below_the_path_only(visitor: Proxied, alice: User) -> None:
    done, waiting = meetings.finished(alice, "Talk"), meetings.upload(alice, "Waits")
    pages = ["/recap/login", "/recap", "/recap/", "/recap/upload", "/recap/account", "/recap/help/models"]
    pages += ["/recap/nothing", f"/recap/recordings/{done.id}", f"/recap/recordings/{waiting.id}"]
    pages += [f"/recap/recordings/{done.id}/delete", f"/recap/recordings/{done.id}/rewrite"]
    for number, path in enumerate(pages):
        answer = visitor.open(path)
        links = LINKS.findall(answer.text)
        assert links, path
        assert [each for each in links if not each.startswith("/recap/")] == [], path
        if number == 0:
            assert log_in(visitor, alice).location == "/recap/"
        for each in {each for each in links if "/static/" in each}:
            assert visitor.open(each).status_code == 200, each


def test_people_return_to_their_page_after_logging_in(visitor: Proxied, alice: User) -> None:
    asked = visitor.open("/recap/account?changed=password")
    assert asked.location == "/recap/login?next=/recap/account?changed%3Dpassword"
    assert log_in(visitor, alice, "/recap/account?changed=password").location == "/recap/account?changed=password"
    assert visitor.open("/recap/").status_code == 200
    assert visitor.open("/recap/logout", "POST").location == "/recap/login"
    assert visitor.open("/recap/").location == "/recap/login"


@pytest.mark.parametrize(
    "target",
    ["/account", "/recapture", "/recap/../account", "/recap/%2E%2e/account", "/recap/x/..", "//evil.example/recap/"],
)
def test_nobody_is_led_out_of_the_site_after_logging_in(visitor: Proxied, alice: User, target: str) -> None:
    assert log_in(visitor, alice, target).location == "/recap/"


def test_cookies_stay_below_the_path(visitor: Proxied, alice: User) -> None:
    answers = [log_in(visitor, alice), visitor.open("/recap/account/theme", "POST", data={"theme": "dark"})]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"realrecap", "theme"}
    assert all(re.search(r"; Path=/recap(;|$)", cookie) for cookie in cookies)


def test_uploads_and_polling_name_addresses_below_the_path(visitor: Proxied, alice: User) -> None:
    log_in(visitor, alice)
    tus = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "5",
        "Sec-Fetch-Site": "same-origin",
        "Origin": "http://localhost",
    }
    visitor.headers |= tus
    begun = visitor.open("/recap/files/", "POST")
    assert (begun.status_code, begun.location.rpartition("/")[0]) == (201, "/recap/files"), begun.text
    assert visitor.open(begun.location, "HEAD").headers["Upload-Length"] == "5"
    assert visitor.open("/recap/files", "POST").location == "/recap/files/"
    visitor.headers["Accept"] = "application/json"
    sent = visitor.open("/recap/upload", "POST", data={"file": (io.BytesIO(b"RIFF and sound"), "talk.wav")})
    assert sent.json["url"] == f"/recap/recordings/{sent.json['id']}"
    polled = visitor.open(f"/recap/rows?id={sent.json['id']}")
    assert f'href="/recap/recordings/{sent.json["id"]}"' in polled.text.replace("\\", "")


def test_programs_use_the_api_below_the_path(visitor: Proxied, alice: User) -> None:
    visitor.headers["Authorization"] = f"Bearer {api_keys.create_api_key(alice, 'test')}"
    data = {"file": (io.BytesIO(b"RIFF and sound"), "talk.wav")}
    sent = visitor.open("/recap/api/v1/recordings", "POST", data=data)
    assert sent.location == f"/recap/api/v1/recordings/{sent.json['id']}"
    assert visitor.open(sent.location).json["id"] == sent.json["id"]
    assert visitor.open("/recap/api/v1/nothing").json["error"]["code"] == "not_found"


def test_health_checks_answer_with_and_without_the_path(visitor: Proxied) -> None:
    assert visitor.client.get("/healthz").json == visitor.open("/recap/healthz").json == {"status": "ok"}
    assert visitor.client.get("/readyz").status_code == visitor.open("/recap/readyz").status_code == 200


@pytest.mark.parametrize("settings", [{}, {"PUBLIC_URL": "https://example.org"}])
def test_a_site_at_the_root_stays_there(make_site: Callable[..., Flask], alice: User, settings: dict[str, str]) -> None:
    client = make_site(**settings).test_client()
    for told in ({"X-Forwarded-Prefix": "/evil"}, {"SCRIPT_NAME": "/evil"}, {"Script-Name": "/evil"}):
        assert "/evil" not in client.get("/login", headers=told).text
    answer = client.get("/login", environ_overrides={"SCRIPT_NAME": "/evil"})
    assert answer.status_code == 200
    assert "/evil" not in answer.text
    sent = client.post("/login", data={"email": alice.email, "password": PASSWORD, "next": "/account?a=b"})
    assert sent.location == "/account?a=b"
    assert "Path=/;" in f"{sent.headers['Set-Cookie']};"
    assert client.get("/recap/login").status_code == 404


def test_a_client_cannot_move_a_site_below_a_path(make_site: Callable[..., Flask]) -> None:
    client = make_site(PUBLIC_URL=BELOW).test_client()
    for told in ({"X-Forwarded-Prefix": "/evil"}, {"SCRIPT_NAME": "/evil"}):
        assert client.get("/", headers=told).location == "/recap/login"
    assert client.get("/", environ_overrides={"SCRIPT_NAME": "/evil"}).location == "/recap/login"


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/a b", "https://evil.example", "/..", '/"><script>', "recap", "/"]
)
def test_a_prefix_that_could_lead_elsewhere_is_not_used(make_site: Callable[..., Flask], prefix: str) -> None:
    client = make_site(TRUSTED_PROXIES=1).test_client()
    assert client.get("/", headers={"X-Forwarded-Prefix": prefix}).location == "/login"


@pytest.mark.parametrize("prefix", ["/upload", "/recordings", "/files", "/api", "/static", "/login", "/recap/recap"])
@pytest.mark.parametrize("takes_away", [True, False])
def test_the_path_may_be_named_like_a_page(
    make_site: Callable[..., Flask], alice: User, prefix: str, takes_away: bool
) -> None:
    visitor = Proxied(make_site(SCRIPT_NAME=prefix), takes_away=takes_away, prefix=prefix)
    assert visitor.open(f"{prefix}/").location == f"{prefix}/login"
    assert log_in(visitor, alice).location == f"{prefix}/"
    recording = meetings.finished(alice, "Talk")
    for path in ("/", "/upload", f"/recordings/{recording.id}", f"/recordings/{recording.id}/pdf", "/account"):
        assert visitor.open(f"{prefix}{path}").status_code == 200, path
    assert 'name="file"' in visitor.open(f"{prefix}/upload").text
