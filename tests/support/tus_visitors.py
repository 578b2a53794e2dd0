"""A program that uploads by the tus protocol."""

from __future__ import annotations

import base64
from typing import Any

from flask import Flask

OCTETS = "application/offset+octet-stream"


def encode(**fields: str) -> str:
    """Fields as Upload-Metadata writes them."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())


class Tus:
    """Speaks tus with an API key, or as `client` with its session."""

    def __init__(self, app: Flask, key: str | None = None, client: Any = None) -> None:
        self.client = client or app.test_client()
        self.headers = {"Tus-Resumable": "1.0.0"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """Any request; a header of None is left out."""
        headers = self.headers | kwargs.pop("headers", {})
        given = {name: value for name, value in headers.items() if value is not None}
        return self.client.open(path, method=method, headers=given, **kwargs)

    def create(self, length: int | str, data: bytes | None = None, **fields: str) -> Any:
        """Announce a file."""
        headers = {"Upload-Length": str(length), "Upload-Metadata": encode(**{"filename": "talk.wav", **fields})}
        body = {} if data is None else {"data": data, "content_type": OCTETS}
        return self.call("POST", "/files/", headers=headers, **body)

    def begin(self, length: int, **fields: str) -> str:
        """Announce a file; its address."""
        answer = self.create(length, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def patch(self, path: str, offset: int | str, data: bytes, **headers: str | None) -> Any:
        """Send the next bytes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more = {"Upload-Offset": str(offset)} | named
        return self.call("PATCH", path, headers=more, data=data, content_type=OCTETS)

    def offset(self, path: str) -> int:
        """How much has arrived."""
        answer = self.call("HEAD", path)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"]
