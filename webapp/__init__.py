"""The web server: pages for browsers, an API for programs, and the `flask` commands. It loads no engine."""

from __future__ import annotations

from flask import Flask

import config
from webapp import error_responses, formats, security, site_address, static_files, stored_text, template_context
from webapp.settings import keep_settings
from webapp.uploads.upload_request import UploadRequest

#: Largest body of any request except uploads, in bytes.
MAX_BODY_BYTES = 1024 * 1024


def create_app(settings: config.Settings | None = None) -> Flask:
    """The Flask app. It opens no connection and starts no thread, so workers and commands can create one too."""
    settings = config.load() if settings is None else settings
    app = Flask(__name__, static_folder=None)
    keep_settings(app, settings)
    app.request_class = UploadRequest
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PERMANENT_SESSION_LIFETIME=settings.session_max_days * 24 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,  # the server knows how long a session lasts
        SESSION_COOKIE_NAME="realrecap",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form left open overnight still works; the session ends it
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keep the order of docs/api.md
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    site_address.init_app(app, settings)
    stored_text.init_app(app)
    security.init_app(app, settings)
    for module in (error_responses, static_files, formats, template_context):
        module.init_app(app)
    _register_features(app)
    return app


def _register_features(app: Flask) -> None:
    from webapp import account, admin, api, auth, cli, health, help, recordings, uploads

    for feature in (auth, account, admin, recordings, uploads, api, health, help, cli):
        feature.register(app)
