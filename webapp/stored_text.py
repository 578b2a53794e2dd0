"""Refuses text that no database can keep, wherever in a request it comes from.

PostgreSQL takes no NUL character, and no database half of a surrogate pair. Neither is ever typed by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flask import Flask, request

from core.typed_text import is_storable
from webapp.errors import InvalidRequest

_URL_ENCODED = "application/x-www-form-urlencoded"
#: Half of a surrogate pair, URL-encoded. Werkzeug would take it for a text of these very letters.
_HALF_PAIR = re.compile(rb"%ED%[AB][0-9A-F]", re.IGNORECASE)


def init_app(app: Flask) -> None:
    """Check the address and the form of each request. Bodies of uploads and JSON are checked as they are read."""
    app.before_request(_check_request)


def _check_request() -> None:
    refuse_unstorable([request.path])
    refuse_unstorable(text for pair in request.args.items(multi=True) for text in pair)
    encoded = request.query_string
    if request.mimetype == _URL_ENCODED and not request.path.startswith("/api/"):  # where JSON may be called so
        encoded += request.get_data()
        request.form  # noqa: B018 - read and checked here, before anybody uses it
    if _HALF_PAIR.search(encoded):
        raise _unstorable()


def refuse_unstorable(texts: Iterable[str]) -> None:
    """Raises InvalidRequest for a text that cannot be kept."""
    if not all(map(is_storable, texts)):
        raise _unstorable()


def _unstorable() -> InvalidRequest:
    return InvalidRequest(
        "A text contains a character that cannot be stored.", "Remove the NUL character, or half an emoji, from it."
    )


def texts_in(value: object) -> Iterator[str]:
    """All texts in a value of JSON, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
