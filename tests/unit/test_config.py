from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import config


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "0", "PORT"),
        ("OLLAMA_HOST", "ftp://example.org", "http or https"),
        ("OLLAMA_NUM_CTX", "12", "at least 512"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("REDIS_URL", "http://x", "redis://"),
        ("TIMEZONE", "Mars/Olympus", "Europe/Amsterdam"),
        ("PUBLIC_URL", "recap.example.org", "https://recap.example.org"),
        ("LEASE_SECONDS", "5", "HEARTBEAT_SECONDS"),
    ],
)
def test_an_invalid_value_is_reported_with_the_valid_ones(
    name: str, value: str, told: str, settings_of: Callable[..., config.Settings]
) -> None:
    with pytest.raises(config.SettingsError, match=told):
        settings_of(**{name: value})


def test_a_short_secret_key_is_refused_without_being_shown(settings_of: Callable[..., config.Settings]) -> None:
    with pytest.raises(config.SettingsError, match=r"SECRET_KEY: .*at least 32 characters") as caught:
        settings_of(SECRET_KEY="correct-horse")
    assert "correct-horse" not in str(caught.value)


def test_a_value_can_be_read_from_a_file(tmp_path: Path, settings_of: Callable[..., config.Settings]) -> None:
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    assert settings_of(SECRET_KEY_FILE=tmp_path / "key").secret == "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("gpu-box", "http://gpu-box:11434"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("https://ollama.example.org/", "https://ollama.example.org"),
    ],
)
def test_the_address_of_ollama_is_completed(given: str, used: str, settings_of: Callable[..., config.Settings]) -> None:
    assert settings_of(OLLAMA_HOST=given).ollama_host == used


@pytest.mark.parametrize(
    "path", ["recap", "//example.org", "/a b", "/../x", "/recap?x", "/r\u00e9cap", "https://example.org"]
)
def test_a_path_that_could_lead_elsewhere_is_refused(path: str, settings_of: Callable[..., config.Settings]) -> None:
    with pytest.raises(config.SettingsError, match=r"SCRIPT_NAME: must be a path such as /recap"):
        settings_of(SCRIPT_NAME=path)


def test_two_settings_cannot_name_different_paths(settings_of: Callable[..., config.Settings]) -> None:
    with pytest.raises(config.SettingsError, match="SCRIPT_NAME must be the path of PUBLIC_URL, /recap"):
        settings_of(PUBLIC_URL="https://example.org/recap", SCRIPT_NAME="/other")
    assert settings_of(SCRIPT_NAME="/recap/").site_url == "https://example.org/recap"
    assert settings_of(PUBLIC_URL="https://example.org/").site_url == "https://example.org/recap"
    assert settings_of(SCRIPT_NAME="/").site_url == "https://example.org"
