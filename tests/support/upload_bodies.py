"""Bodies of upload requests that note how much of them was read."""

from __future__ import annotations

import io
from typing import Any

from flask.testing import FlaskClient

BOUNDARY = "frontier"


def form_body(*files: tuple[str, bytes], **fields: str) -> bytes:
    """A multipart form, its fields after its files as a careless program sends them."""
    parts = []
    for name, data in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    for name, value in fields.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        parts.append(head.encode())
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


class Watched(io.RawIOBase):
    """A body that counts how much of it was read; endless where `size` says more than there is."""

    def __init__(self, data: bytes, size: int | None = None) -> None:
        self.data, self.place = data, 0
        self.size = size or len(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self.data[self.place : self.place + len(buffer)]
        if not chunk and self.place < self.size:
            chunk = b"\0" * min(len(buffer), self.size - self.place)
        buffer[: len(chunk)] = chunk
        self.place += len(chunk)
        return len(chunk)


def post(client: FlaskClient, path: str, body: Watched, **headers: str) -> Any:
    """Send a body as a multipart form that says how long it is."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(body.size), "CONTENT_TYPE": kind}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, environ_overrides=environ, headers=given)
