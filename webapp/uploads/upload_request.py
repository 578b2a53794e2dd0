"""The request class of the app: the file of an upload is written to its own destination, not to a temporary file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Request

from webapp.uploads.upload_file_writer import UploadFileWriter


class UploadRequest(Request):
    """A request whose file goes to `open_writer`, once that is set."""

    open_writer: Callable[[], UploadFileWriter] | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> Any:
        if self.open_writer is not None:
            return self.open_writer()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)
