"""Requests that other sites make a browser send, told by host, port and scheme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.tus_visitors import Tus

import config

LENGTH = {"Upload-Length": "5"}


def status_of(app: Flask, browser: FlaskClient, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return int(Tus(app, client=browser).call("POST", "/files/", headers=LENGTH | named).status_code)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 201),
        ("http://localhost:80", 201),
        ("HTTP://LOCALHOST", 201),
        ("https://localhost", 403),
        ("http://localhost:8080", 403),
        ("http://localhost.evil.example", 403),
        ("ftp://localhost", 403),
        ("null", 403),
        ("", 403),
        ("http://[::1", 403),
        ("http://localhost:99999", 403),
        ("localhost", 403),
    ],
)
def test_the_scheme_and_the_port_count_too(app: Flask, browser: FlaskClient, origin: str, status: int) -> None:
    assert status_of(app, browser, Origin=origin) == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://recap.example.org", 201),
        ("https://recap.example.org:443", 201),
        ("http://recap.example.org", 403),
        ("http://localhost", 201),
    ],
)
def test_the_public_address_counts_with_its_scheme(
    app: Flask, browser: FlaskClient, change_settings: Callable[..., config.Settings], origin: str, status: int
) -> None:
    change_settings(PUBLIC_URL="https://recap.example.org")
    assert status_of(app, browser, Origin=origin) == status


def test_a_browser_that_compared_for_us_is_believed_behind_a_proxy_that_adds_https(
    app: Flask, browser: FlaskClient
) -> None:
    assert status_of(app, browser, Origin="https://localhost", Sec_Fetch_Site="same-origin") == 201
    assert status_of(app, browser, Origin="https://evil.example", Sec_Fetch_Site="same-origin") == 403
    assert status_of(app, browser, Origin="https://localhost", Sec_Fetch_Site="cross-site") == 403
    assert status_of(app, browser, Sec_Fetch_Site="same-site") == 403
