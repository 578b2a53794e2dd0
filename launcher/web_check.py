"""Whether the web server answers: the health check of its container. It loads little, because it runs all the time."""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException

import config


def web_answers(host: str, port: int) -> bool:
    """Whether the web server's /healthz answers 200."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """Ask once; returns 1 if there is no answer."""
    settings = config.load()
    return 0 if web_answers(settings.host, settings.port) else 1


if __name__ == "__main__":
    sys.exit(main())
