"""The tags of a recording as a form or a client of the API sends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.database.tables import Recording
from core.recordings import tags
from core.recordings.tags import InvalidTags
from webapp.errors import InvalidRequest
from webapp.validation import read_json


def format_tags(recording: Recording) -> str:
    """The value of the field on a recording's page."""
    return ", ".join(tags.tags_of([recording.id]).get(recording.id, ()))


def read_form(form: Mapping[str, str]) -> tuple[str, ...] | None:
    """The tags of a form, None if it has no such field. Raises InvalidRequest."""
    return _check(lambda: tags.parse_tags(form["tags"])) if "tags" in form else None


def split_json(body: bytes) -> tuple[object, tuple[str, ...] | None]:
    """A JSON body without its tags, and the tags, None if it has none. Raises InvalidRequest."""
    value = read_json(body)
    if not isinstance(value, dict) or "tags" not in value:
        return value, None
    rest = {name: item for name, item in value.items() if name != "tags"}
    return rest, _read_list(value["tags"])


def _read_list(sent: object) -> tuple[str, ...]:
    if not isinstance(sent, list) or not all(isinstance(each, str) for each in sent):
        raise InvalidRequest("The tags are not a list of texts.", 'Send a list such as ["budget"].', field="tags")
    return _check(lambda: tags.clean_tags(sent))


def _check(clean: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return clean()
    except InvalidTags as error:
        raise InvalidRequest(error.message, error.hint, field="tags") from error
