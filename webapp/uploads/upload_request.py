"""The request class of the app: its forms arrive whole or not at all, and their texts can be stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from webapp.stored_text import refuse_unstorable


class UploadRequest(Request):
    """A request whose form is either parsed here, or received by an upload that tells its fields itself."""

    def __init__(self, environ: dict[str, Any], *arguments: Any, **options: Any) -> None:
        if "CONTENT_LENGTH" in environ:
            # with it, Werkzeug takes a body that breaks off for a whole one; only chunks tell their own end
            environ.pop("wsgi.input_terminated", None)
        super().__init__(environ, *arguments, **options)

    def tell_fields(self, fields: Iterable[tuple[str, str]]) -> None:
        """The fields of a form whose body is received elsewhere. Raises InvalidRequest for text that cannot be kept."""
        fields = list(fields)
        self.__dict__["form"], self.__dict__["files"] = ImmutableMultiDict(), ImmutableMultiDict()
        refuse_unstorable(text for field in fields for text in field)
        self.__dict__["form"] = ImmutableMultiDict(fields)

    def _load_form_data(self) -> None:
        is_new = "form" not in self.__dict__
        super()._load_form_data()
        if is_new:
            fields, files = list(self.__dict__["form"].items(multi=True)), self.__dict__["files"]
            self.tell_fields(fields)
            self.__dict__["files"] = files
