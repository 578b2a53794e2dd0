"""Input checked by pydantic, with errors that say what is wrong and how to correct it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, PydanticCustomError, from_json

from webapp.errors import InvalidRequest
from webapp.stored_text import refuse_unstorable, texts_in

InputModel = TypeVar("InputModel", bound=BaseModel)

_INVALID_VALUE = "invalid_value"
_MAX_NUMBER = 2**31 - 1


def invalid_value(message: str, hint: str, field: str | None = None) -> PydanticCustomError:
    """The error that a validator raises. `field` is only needed by validators of the whole model."""
    return PydanticCustomError(_INVALID_VALUE, "{message}", {"message": message, "hint": hint, "field": field})


def check_whole(value: object, info: ValidationInfo) -> object:
    """A value as sent, if it is a whole number from 0 on, or None. Raises what a validator does."""
    text = str(value)
    is_number = not isinstance(value, bool) and text.isascii() and text.isdigit() and len(text) <= 10
    if value is not None and not (is_number and int(text) <= _MAX_NUMBER):
        raise invalid_value(f"The value of {info.field_name} is not a whole number.", "Send 0 or a number above.")
    return value


def check_flag(value: object, info: ValidationInfo) -> object:
    """A value as sent, if it is true or false. Raises what a validator does."""
    if value not in (True, False, "true", "false"):
        raise invalid_value(f"The value of {info.field_name} is not true or false.", "Send true or false.")
    return value


def fields_of(form: Mapping[str, str]) -> dict[str, str]:
    """What a form of a page sends, without the token that proves that it is ours."""
    return {field: value for field, value in form.items() if field != "csrf_token"}


def validate(model: type[InputModel], data: object, context: object = None) -> InputModel:
    """Check the values of a form. `context` is passed to the validators. Raises InvalidRequest."""
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        raise _make_error(model, error.errors()[0]) from error


def validate_json(model: type[InputModel], body: bytes, context: object = None) -> InputModel:
    """Check a JSON body. `context` is passed to the validators. Raises InvalidRequest."""
    return validate(model, read_json(body), context)


def read_json(body: bytes) -> object:
    """The value of a JSON body. Raises InvalidRequest, also for text that cannot be kept."""
    try:
        value: object = from_json(body)
    except ValueError as error:
        raise InvalidRequest("The body is not JSON.", "Send a JSON object, or nothing.") from error
    refuse_unstorable(texts_in(value))
    return value


def _make_error(model: type[BaseModel], details: ErrorDetails) -> InvalidRequest:
    """The error of a request, made of the first error that pydantic found."""
    field = str(details["loc"][0]) if details["loc"] else None
    if details["type"] == _INVALID_VALUE:
        context: dict[str, Any] = details["ctx"]
        return InvalidRequest(context["message"], context["hint"], field=context["field"] or field)
    if field is None:
        return InvalidRequest("The body is not a JSON object.", 'Send one such as {"template": "meeting"}, or nothing.')
    if details["type"] == "extra_forbidden":
        named = str(details["loc"][-1])[:40]
        known = f"The fields are {', '.join(model.model_fields)}." if named == field[:40] else "See docs/api.md."
        return InvalidRequest(f"There is no field {named!r}.", known, field=field)
    return InvalidRequest(f"The value of {field} is not a text.", "Send a text, or null.", field=field)
