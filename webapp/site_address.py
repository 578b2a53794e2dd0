"""Where visitors see the site: what trusted proxies tell, and the path below which it is served."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Map

import config
from configuration.addresses import is_safe_path


def init_app(app: Flask, settings: config.Settings) -> None:
    """Serve the app below the path of the settings, or below the one that a trusted proxy tells (X-Forwarded-Prefix).

    A proxy may pass the path on with each request or take it away. Without the path the site answers too, so that
    health checks need not know it.
    """
    serve = app.wsgi_app

    def serve_below_path(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told = environ["SCRIPT_NAME"].rstrip("/")
        prefix = told if is_safe_path(told) else settings.url_prefix
        environ["SCRIPT_NAME"] = prefix
        environ["PATH_INFO"] = _path_below(prefix, environ["PATH_INFO"], environ["REQUEST_METHOD"], app.url_map)
        return serve(environ, start_response)

    hops = settings.trusted_proxies
    trust_proxies = ProxyFix(serve_below_path, hops, hops, hops, hops, hops) if hops else serve_below_path

    def forget_script_name(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = ""  # some servers take it from the client
        return trust_proxies(environ, start_response)

    app.wsgi_app = forget_script_name  # type: ignore[method-assign]
    app.after_request(_redirect_within_site)


def cookie_path() -> str:
    """The path of cookies: they are not sent to other applications beside this site."""
    return request.script_root or "/"


def _path_below(prefix: str, path: str, method: str, pages: Map) -> str:
    """The path of the page itself, whether or not the proxy took the prefix away."""
    if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
        return path
    page = path.removeprefix(prefix)
    # a prefix may be named like a page, such as /upload
    routes = pages.bind("")
    if routes.test(path, method) and not (page and routes.test(page, method)):
        return path
    return page or "/"


def _redirect_within_site(response: Response) -> Response:
    """Leave out the server's own name, which a proxy may not have passed on."""
    if response.location and response.location.startswith(request.host_url):
        response.location = response.location.removeprefix(request.host_url.rstrip("/"))
    return response
