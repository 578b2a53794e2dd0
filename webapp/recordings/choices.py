"""What a recap shall be like, as a form or a program asks for it, checked; and what can be chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core import worker_register
from core.clock import utc_now
from core.database.tables import Recording
from core.recordings import options, recap_templates
from core.recordings.options import RecapOptions
from core.recordings.recap_templates import CUSTOM, MAX_INSTRUCTIONS, Offer
from core.typed_text import clean_lines
from pipeline.languages import LANGUAGES
from webapp.errors import InvalidRequest

#: The fields, as forms and programs call them.
FIELDS = tuple(RecapOptions.__dataclass_fields__)
#: How a program may say "the default" in words; a form leaves the field empty.
_UNSAID = ("", "auto", "default")
#: A model as Ollama names it: perhaps a host and a namespace, a name, perhaps a tag.
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}")


@dataclass(frozen=True, slots=True)
class Models:
    """The language models that the workers told of; `default` is what they take when none is asked for."""

    names: tuple[str, ...]
    default: str


def from_form(form: Mapping[str, str], before: RecapOptions | None = None) -> RecapOptions:
    """What a form asks for; `before` is what was chosen so far. Raises InvalidRequest."""
    return _read({field: form.get(field, "") for field in FIELDS}, RecapOptions(), before or RecapOptions())


def from_json(body: bytes, before: RecapOptions) -> RecapOptions:
    """What a program asks for: fields that are not there stay as before, null is the default. Raises InvalidRequest."""
    try:
        asked = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The body is not JSON.", "Send an object, or nothing.") from error
    if not isinstance(asked, dict):
        raise InvalidRequest("The body is not a JSON object.", 'Send one such as {"template": "meeting"}, or nothing.')
    for field, value in asked.items():
        if field not in FIELDS:
            known = ", ".join(FIELDS)
            raise InvalidRequest(f"There is no field {field[:40]!r}.", f"There are {known}.", field=field)
        if not isinstance(value, str | None):
            raise InvalidRequest(f"The value of {field} is not a text.", "Give a text, or null.", field=field)
    return _read({field: value or "" for field, value in asked.items()}, before, before)


def _read(asked: Mapping[str, str], rest: RecapOptions, before: RecapOptions) -> RecapOptions:
    checks = {
        "template": lambda value: _template(value, before.template),
        "summary_language": _language,
        "model": _model,
        "instructions": _instructions,
    }
    chosen = replace(rest, **{field: checks[field](value) for field, value in asked.items()})
    if chosen.template == CUSTOM and not chosen.instructions:
        raise InvalidRequest(
            "A custom prompt has no words (instructions).",
            "Say what the recap should pay attention to, or choose another template.",
            field="instructions",
        )
    return chosen


def _template(value: str, before: str | None) -> str | None:
    value = value.strip()
    if value.lower() in _UNSAID:
        return None
    if value != before and not recap_templates.is_offered(value):
        known = ", ".join(each.name for each in recap_templates.offered())
        raise InvalidRequest(
            f"There is no template {value[:40]!r}.", f"Leave it out, or give one of {known}.", field="template"
        )
    return value


def _language(value: str) -> str | None:
    return read_language(value, "summary_language", "The language of the recap (summary_language)", _UNSAID)


def read_language(value: str, field: str, called: str, unsaid: Sequence[str]) -> str | None:
    """The code of a language, None where it was left open in one of the `unsaid` ways. Raises InvalidRequest."""
    value = value.strip().lower()
    if value in unsaid:
        return None
    if value not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise InvalidRequest(
            f"{called} {value[:20]!r} is not known.", f"Leave it out, or give one of {known}.", field=field
        )
    return value


def _model(value: str) -> str | None:
    value = value.strip()
    if value.lower() in _UNSAID:
        return None
    if not _MODEL.fullmatch(value):
        raise InvalidRequest(
            "The language model (model) does not fit.",
            "Give its name in Ollama, such as llama3.1:8b, or leave it out.",
            field="model",
        )
    return value


def _instructions(value: str) -> str | None:
    value = clean_lines(value)
    if len(value) > MAX_INSTRUCTIONS:
        raise InvalidRequest(
            f"What the recap should pay attention to (instructions) has {len(value):,} characters.",
            f"Shorten it to {MAX_INSTRUCTIONS:,}.",
            field="instructions",
        )
    return value or None


def offered(chosen: str | None = None) -> list[Offer]:
    """The templates to choose from, with the one that is chosen now even where it is no longer offered."""
    found = recap_templates.offered()
    if chosen is None or any(each.name == chosen for each in found):
        return found
    return [*found, Offer(chosen, recap_templates.titles().get(chosen, chosen), "No longer offered to others.")]


def language_models() -> Models | None:
    """The language models that live workers told of; None where none did. Ollama itself is not asked."""
    names: set[str] = set()
    default = ""
    for worker in worker_register.live_workers(utc_now()):
        names |= set(worker.models.language_models)
        default = default or worker.models.default_language_model
    return Models(tuple(sorted(names)), default) if names else None


def of(recording: Recording) -> RecapOptions:
    """What was chosen last for a recording."""
    return options.recap_options_of(recording)
