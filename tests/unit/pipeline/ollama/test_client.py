from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from support.ollama_server import Model, OllamaServer

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.connection import trusts_environment
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_info import read_parameters


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_what_is_installed_and_running_is_listed(ollama: OllamaServer, client: OllamaClient) -> None:
    assert client.version() == "0.12.6"
    assert [one.name for one in client.models()] == ["recap:latest"]
    card = client.show("recap")
    assert (card.window, card.can_chat, card.can_think) == (32768, True, False)
    ollama.memory.load("recap:latest", 8192, 1000)
    assert [(one.name, one.window) for one in client.running()] == [("recap:latest", 8192)]
    client.unload("recap")
    assert client.running() == []


def test_a_name_without_a_tag_is_the_latest(client: OllamaClient) -> None:
    assert client.find("recap") == client.find("recap:latest")
    assert client.find("recap:8b") is None


def test_a_missing_model_is_told_apart_from_other_refusals(client: OllamaClient) -> None:
    with pytest.raises(OllamaModelMissing):
        client.show("other")


def test_nothing_that_listens_is_unreachable() -> None:
    with OllamaClient("http://127.0.0.1:9") as client, pytest.raises(OllamaUnreachable):
        client.version()
    with OllamaClient("http://127.0.0.1:9") as client, pytest.raises(OllamaUnreachable):
        client.models()


def test_another_web_server_is_not_taken_for_ollama() -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with OllamaClient(f"http://127.0.0.1:{server.server_port}") as client:
            for call in (client.version, client.models):
                with pytest.raises(OllamaRefused, match="is not Ollama"):
                    call()
        server.shutdown()


def test_parameters_of_show_are_read_back() -> None:
    text = 'num_ctx                        8192\nstop                           "<|a|>"\nstop    "b"\ntop_p   0.9'
    assert read_parameters(text) == {"num_ctx": 8192, "stop": ["<|a|>", "b"], "top_p": 0.9}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"\x1b[0m"', "\x1b[0m"),
        (r'"a\u200bb\a\v"', "a\u200bb\a\v"),
        (r'"say \"hi\" \\ \n"', 'say "hi" \\ \n'),
        ("\"你好 'x'\"", "你好 'x'"),
        ("4.294967296e+09", 4294967296),
        ("true", True),
        ("[a b]", "[a b]"),
    ],
)
def test_values_are_read_as_go_writes_them(written: str, value: object) -> None:
    assert read_parameters(f"top_k                          {written}") == {"top_k": value}


def test_a_card_tells_what_the_server_knows(ollama: OllamaServer, client: OllamaClient) -> None:
    ollama.models["recap:latest"] = Model(
        "recap", license=("MIT", "BSD"), messages=({"role": "user", "content": "hi"},), requires="0.12.0",
        system="S", parameters={"stop": ["\x1b"]}, blobs=(digest_of(b"one"),), adapters=(digest_of(b"two"),),
        remote_host="https://ollama.com:443", info={"general.parameter_count": 8},
    )  # fmt: skip
    card = client.show("recap")
    assert (card.license, card.messages, card.requires) == ("MIT\nBSD", (("user", "hi"),), "0.12.0")
    assert (card.system, card.parameters) == ("S", {"stop": ["\x1b"]})
    assert card.blobs == {digest_of(b"one"), digest_of(b"two")}
    assert (card.remote_host, card.architecture, card.parameter_count) == ("https://ollama.com:443", "llama", 8)


def test_an_answer_that_ollama_would_not_give_is_refused(client: OllamaClient, ollama: OllamaServer) -> None:
    ollama.models["recap:latest"].info = {"llama.context_length": "many"}
    with pytest.raises(OllamaRefused, match="is not Ollama"):
        client.show("recap")


def test_a_proxy_never_sees_what_goes_to_this_machine() -> None:
    assert not trusts_environment("http://127.0.0.1:11434")
    assert not trusts_environment("http://localhost:11434")
    assert not trusts_environment("http://[::1]:11434")
    assert trusts_environment("https://ollama.example.org")
