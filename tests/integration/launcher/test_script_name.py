"""gunicorn and SCRIPT_NAME: a setting in the environment, and what clients send under that name."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection

import pytest
from support.gunicorn_server import GunicornServer

import config


def location(server: GunicornServer, path: str, **headers: str) -> tuple[int, str | None]:
    """The status of a response, and where it leads."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.getheader("Location")
    finally:
        connection.close()


@pytest.mark.parametrize("prefix", ["", "/recap"])
def test_the_setting_counts_and_no_header_of_a_client(
    sqlite: str, settings_of: Callable[..., config.Settings], prefix: str
) -> None:
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef", SCRIPT_NAME=prefix)
    with GunicornServer() as server:
        for path in {"/", f"{prefix}/"}:
            for sent in ({}, {"SCRIPT_NAME": "/evil"}, {"Script-Name": "/evil"}, {"X-Forwarded-Prefix": "/evil"}):
                assert location(server, path, **sent) == (302, f"{prefix}/login"), (path, sent)
        assert location(server, "/evil/login", SCRIPT_NAME="/evil")[0] == 404
        assert location(server, f"{prefix}/healthz") == (200, None)
