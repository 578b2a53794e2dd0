"""The web server: what a browser or another program talks to. Loads no engine."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from webapp import errors, formats, security, site, static_files
from webapp.uploads.sink import UploadRequest

#: Largest body of any request but an upload, in bytes.
MAX_BODY_BYTES = 1024 * 1024


def create_app() -> Flask:
    """The Flask app. It opens no connection and starts no thread, so workers and commands can make it too."""
    settings = config.load()
    app = Flask(__name__, static_folder=None)
    app.request_class = UploadRequest
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PERMANENT_SESSION_LIFETIME=14 * 24 * 3600,
        SESSION_COOKIE_NAME="realrecap",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=security.is_https(settings),
        WTF_CSRF_TIME_LIMIT=None,  # a form left open overnight still works; the session ends it
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of the reference is the readable one
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign]
    for part in (security, errors, static_files, formats, site):
        part.init_app(app)
    _register_features(app)
    return app


def _register_features(app: Flask) -> None:
    from webapp import account, admin, api, auth, commands, health, help, recordings, uploads

    for feature in (auth, account, admin, recordings, uploads, api, health, help, commands):
        feature.register(app)
