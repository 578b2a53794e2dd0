"""Where cookies are set, and what is believed of proxies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.visitors import PASSWORD, Browser, log_in

import config
from core.database.tables import User
from webapp import create_app
from webapp.static_files import version


def test_no_static_file_sets_a_cookie(app: Flask, browser: FlaskClient) -> None:
    """Caches keep them for a year, and for everybody."""
    app.config["WTF_CSRF_ENABLED"] = True
    for client in (browser, app.test_client()):
        for path in (f"{version()}/css/base.css", "old/css/base.css", f"{version()}/missing.css", f"{version()}/../x"):
            answer = client.get(f"/static/{path}")
            assert "Set-Cookie" not in answer.headers, path
            assert "Cookie" not in answer.headers.get("Vary", ""), path


def test_a_page_does_not_send_the_cookie_again(browser: FlaskClient) -> None:
    browser.get("/account")
    assert "Set-Cookie" not in browser.get("/account").headers


def behind(proxies: int, settings_of: Callable[..., config.Settings]) -> Flask:
    """The app behind a number of trusted proxies."""
    settings_of(TRUSTED_PROXIES=proxies, SECRET_KEY="0123456789abcdef0123456789abcdef")
    app = create_app()
    app.config.update(WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    return app


@pytest.mark.parametrize(("proxies", "secure"), [(0, False), (1, True)])
def test_cookies_are_secure_where_a_trusted_proxy_says_https(
    proxies: int, secure: bool, alice: User, settings_of: Callable[..., config.Settings]
) -> None:
    client = behind(proxies, settings_of).test_client()
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}
    entered = client.post("/login", data={"email": alice.email, "password": PASSWORD}, headers=https)
    assert entered.status_code == 302
    assert ("Secure" in entered.headers["Set-Cookie"]) == secure


def test_all_cookies_are_secure_over_https(app: Flask, alice: User) -> None:
    client = app.test_client()
    https = "https://localhost"
    entered = client.post("/login", data={"email": alice.email, "password": PASSWORD}, base_url=https)
    theme = client.post("/account/theme", data={"theme": "dark"}, base_url=https)
    assert "Secure" in entered.headers["Set-Cookie"]
    assert "Secure" in theme.headers["Set-Cookie"]


def test_the_theme_is_secure_too_where_the_public_address_is_https(
    browser: FlaskClient, change_settings: Callable[..., config.Settings]
) -> None:
    change_settings(PUBLIC_URL="https://recap.example.org")
    assert "Secure" in browser.post("/account/theme", data={"theme": "dark"}).headers["Set-Cookie"]


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_client_does_not_choose_the_address_it_is_counted_by(
    proxies: int, alice: User, settings_of: Callable[..., config.Settings]
) -> None:
    """Each proxy appends the address it sees, so only the last ones are theirs."""
    client = behind(proxies, settings_of).test_client()
    statuses = []
    for number in range(25):
        seen = ["192.0.2.1", "10.0.0.1"][: max(proxies, 1)]
        forwarded = ", ".join([f"203.0.113.{number}", *(seen if proxies else [])])
        form = {"email": f"user{number}@example.org", "password": "wrong"}
        statuses.append(client.post("/login", data=form, headers={"X-Forwarded-For": forwarded}).status_code)
    assert statuses.count(401) <= 20
    assert statuses[-1] == 429


def test_two_visitors_behind_a_proxy_are_counted_apart(
    alice: User, settings_of: Callable[..., config.Settings]
) -> None:
    app = behind(1, settings_of)
    for number in range(21):
        form = {"email": f"user{number}@example.org", "password": "wrong"}
        app.test_client().post("/login", data=form, headers={"X-Forwarded-For": "192.0.2.1"})
    form = {"email": alice.email, "password": PASSWORD}
    assert app.test_client().post("/login", data=form, headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 302


def test_the_session_cookie_says_nothing_but_its_token(app: Flask, alice: User) -> None:
    with log_in(app, alice).session_transaction() as content:
        assert alice.id not in str(dict(content))
        assert alice.email not in str(dict(content))
