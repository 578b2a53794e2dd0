"""Style sheets, scripts, fonts and icons. Their address changes with their content, so browsers may cache them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory, url_for

FOLDER = Path(__file__).resolve().parent / "static"
YEAR = 365 * 24 * 3600


@cache
def version() -> str:
    """A hash of all static files, 11 hex digits. They share one, because modules import each other by relative path."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:11]


def init_app(app: Flask) -> None:
    """Serve the static files, and give templates the function `asset` for their addresses."""

    @app.get("/static/<release>/<path:filename>")
    def static(release: str, filename: str) -> Response:
        response = send_from_directory(FOLDER, filename, max_age=YEAR)
        if release == version():
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response

    @app.template_global()
    def asset(filename: str) -> str:
        return url_for("static", release=version(), filename=filename)
