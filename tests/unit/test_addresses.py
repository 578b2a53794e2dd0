"""Addresses in settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import config
from configuration import addresses


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("gpu-box", "http://gpu-box:11434"),
        ("gpu-box:8080", "http://gpu-box:8080"),
        ("http://proxy/ollama", "http://proxy/ollama"),
        ("http://proxy/ollama/", "http://proxy/ollama"),
        ("http://proxy", "http://proxy"),
        ("proxy/ollama", "http://proxy:11434/ollama"),
        ("https://proxy:8443/a/b/", "https://proxy:8443/a/b"),
        ("https://user:p%40ss@proxy/ollama", "https://user:p%40ss@proxy/ollama"),
        ("user:secret@gpu-box", "http://user:secret@gpu-box:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("http://[fd00::5]:11434/", "http://[fd00::5]:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104 - where Ollama listens
        ("[::]:11434", "http://[::1]:11434"),
        ("http:/127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("HTTP://gpu-box", "http://gpu-box"),
        (" gpu-box ", "http://gpu-box:11434"),
    ],
)
def test_the_address_of_ollama_is_read_as_ollama_reads_it(
    given: str, used: str, settings_of: Callable[..., config.Settings]
) -> None:
    assert settings_of(OLLAMA_HOST=given).ollama_host == used


SECRETS = ["se#cret", "se/cret", "se?cret", "12/34cret", "12#34cret", "se[cret"]


@pytest.mark.parametrize("password", SECRETS)
@pytest.mark.parametrize(
    ("name", "address"),
    [("REDIS_URL", "redis://user:{}@127.0.0.1:6379/0"), ("OLLAMA_HOST", "http://user:{}@127.0.0.1:11434")],
)
def test_a_password_that_is_not_escaped_is_reported_without_being_shown(
    name: str, address: str, password: str, settings_of: Callable[..., config.Settings]
) -> None:
    with pytest.raises(config.SettingsError, match=rf"{name}: .*percent-encoded") as caught:
        settings_of(**{name: address.format(password)})
    assert "cret" not in str(caught.value)
    assert "cret" not in str(caught.value.__cause__)


@pytest.mark.parametrize("address", ["postgresql://u:se@cret@h/db", "postgresql://u:p@h:54cret/db"])
def test_a_database_address_that_cannot_be_read_is_reported_without_its_password(
    address: str, settings_of: Callable[..., config.Settings]
) -> None:
    with pytest.raises(config.SettingsError, match=r"DATABASE_URL: .*percent-encoded") as caught:
        settings_of(DATABASE_URL=address)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OLLAMA_HOST", "http//gpu-box"),
        ("OLLAMA_HOST", "unix:///run/ollama.sock"),
        ("OLLAMA_HOST", "gpu-box:abc"),
        ("OLLAMA_HOST", "http://gpu-box:99999"),
        ("REDIS_URL", "redis://127.0.0.1/zero"),
        ("REDIS_URL", "redis://127.0.0.1?socket_timeout=soon"),
        ("REDIS_URL", "unix://"),
        ("PUBLIC_URL", "https://example.org/../admin"),
        ("PUBLIC_URL", "https://example.org//evil.example"),
        ("PUBLIC_URL", "https://example.org/a?b"),
        ("SCRIPT_NAME", "recap"),
        ("SCRIPT_NAME", "//evil.example"),
    ],
)
def test_a_wrong_address_is_named(name: str, value: str, settings_of: Callable[..., config.Settings]) -> None:
    with pytest.raises(config.SettingsError, match=name):
        settings_of(**{name: value})


def test_the_settings_do_not_show_passwords(settings_of: Callable[..., config.Settings]) -> None:
    settings = settings_of(
        REDIS_URL="redis://:swordfish@h:6379/0",
        DATABASE_URL="postgresql://u:swordfish@h/db",
        OLLAMA_HOST="http://u:swordfish@h",
    )
    assert "swordfish" not in repr(settings)
    assert settings.ollama_name == "http://h"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:pa/ss@h:1/0 away", "redis://:***@h:1/0 away"),
        ("postgresql://u:p@ss@h/db, http://h/x", "postgresql://u:***@h/db, http://h/x"),
        ("https://token@h", "https://***@h"),
        ("unix:///run/s?password=x&db=1", "unix:///run/s?password=***&db=1"),
    ],
)
def test_passwords_are_masked_in_any_text(text: str, shown: str) -> None:
    assert addresses.mask(text) == shown


def test_the_path_of_the_public_address_is_the_prefix(settings_of: Callable[..., config.Settings]) -> None:
    assert settings_of(PUBLIC_URL="https://example.org/recap/").url_prefix == "/recap"
    assert settings_of(PUBLIC_URL="https://example.org").url_prefix == ""
