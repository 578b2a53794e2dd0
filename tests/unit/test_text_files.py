"""Files of settings in the encodings that editors write."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from launcher import early_checks
from launcher.errors import StartError

TEXT = "# für alle\nORGANISATION='Gemeente Súdwest'\nexport PORT=5123\n"


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of the `.env` that the settings read."""
    path = tmp_path / ".env"
    monkeypatch.setattr(config.Settings, "env_path", path)
    return path


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\r\n").encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode(),
        "# für alle\n".encode("cp1252") + TEXT.encode(),
    ],
)
def test_an_env_file_is_read_whose_encoding_is_certain(
    data: bytes, env_file: Path, settings_of: Callable[..., config.Settings]
) -> None:
    env_file.write_bytes(data)
    settings = settings_of()
    assert (settings.organisation, settings.port) == ("Gemeente Súdwest", 5123)
    assert early_checks.read_env_file(env_file)["PORT"] == "5123"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("PORT=5000\nORGANISATION=Zürich\n".encode("cp1252"), r"line 2 \(ORGANISATION\): .*UTF-8.*iconv"),
        ("PORT=5000\n".encode("utf-16-le"), "line 1: contains a NUL byte.*Save the file as UTF-8"),
        (b"PORT=5000\nORGANISATION=a\0b\n", "line 2: contains a NUL byte"),
        (b"\xff\xfeP\0O", "begins as UTF-16 but is damaged|NAME=value"),
        (b"PORT=5000\n\n\nORGANISATION='Gemeente\nHOST=::1\n", "line 4: is not of the form NAME=value"),
        (b"PORT=5000\nHOST 127.0.0.1\n", "line 2: is not of the form NAME=value"),
    ],
)
def test_what_cannot_be_read_is_told_with_file_and_line(
    data: bytes, told: str, env_file: Path, settings_of: Callable[..., config.Settings]
) -> None:
    env_file.write_bytes(data)
    with pytest.raises(config.SettingsError, match=told) as caught:
        settings_of()
    assert str(env_file) in str(caught.value)
    assert "rich" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_named(env_file: Path, settings_of: Callable[..., config.Settings]) -> None:
    env_file.mkdir()
    with pytest.raises(config.SettingsError, match=r"\.env is a folder, not a file"):
        settings_of()
    with pytest.raises(StartError, match=r"\.env is a folder, not a file"):
        early_checks.read_env_file(env_file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(env_file: Path, settings_of: Callable[..., config.Settings]) -> None:
    env_file.touch(mode=0)
    with pytest.raises(config.SettingsError, match=r"\.env cannot be read: Permission denied"):
        settings_of()


def test_a_link_to_nowhere_is_named(env_file: Path, settings_of: Callable[..., config.Settings]) -> None:
    env_file.symlink_to("missing")
    with pytest.raises(config.SettingsError, match=r"\.env cannot be read: No such file"):
        settings_of()


def test_the_last_of_two_values_counts_and_the_environment_before_both(
    env_file: Path, settings_of: Callable[..., config.Settings]
) -> None:
    env_file.write_text('PORT=5001\nport="5002"\n')
    assert settings_of().port == 5002
    assert early_checks.read_env_file(env_file)["PORT"] == "5002"
    assert settings_of(PORT=5003).port == 5003


def test_the_path_of_a_secret_may_stand_in_the_env_file(
    env_file: Path, tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    (tmp_path / "key").write_bytes("0123456789abcdef0123456789abcdef\r\n".encode("utf-16"))
    env_file.write_text(f"SECRET_KEY_FILE={tmp_path / 'key'}\n")
    assert settings_of().secret == "0123456789abcdef0123456789abcdef"


def test_a_secret_in_another_encoding_is_named_but_not_shown(
    tmp_path: Path, settings_of: Callable[..., config.Settings]
) -> None:
    (tmp_path / "key").write_bytes("wachtwoord-ö".encode("cp1252"))
    with pytest.raises(config.SettingsError, match=r"SECRET_KEY_FILE: .*line 1") as caught:
        settings_of(SECRET_KEY_FILE=tmp_path / "key")
    assert "wachtwoord" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "PORT: .*integer"),
        ("PORT", "'5000'", "PORT: .*integer"),
        ("MAX_UPLOAD_BYTES", "2 parsecs", "MAX_UPLOAD_BYTES: .*2GiB"),
        ("MAX_UPLOAD_BYTES", "-1GB", "MAX_UPLOAD_BYTES"),
        ("GPU_AVAILABLE", "perhaps", "GPU_AVAILABLE: .*'true'"),
        ("MAX_AUDIO_SECONDS", "6h", "MAX_AUDIO_SECONDS"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, told: str, settings_of: Callable[..., config.Settings]) -> None:
    with pytest.raises(config.SettingsError, match=told):
        settings_of(**{name: value})


@pytest.mark.parametrize(("given", "used"), [("2GB", 2 * 10**9), ("500 MiB", 500 * 2**20), ("4096", 4096)])
def test_sizes_have_units(given: str, used: int, settings_of: Callable[..., config.Settings]) -> None:
    assert settings_of(MAX_UPLOAD_BYTES=given).max_upload_bytes == used


@pytest.mark.parametrize(("given", "used"), [("yes", "true"), ("1", "true"), ("Off", "false"), ("AUTO", "auto")])
def test_yes_and_no_have_several_words(given: str, used: str, settings_of: Callable[..., config.Settings]) -> None:
    assert settings_of(GPU_AVAILABLE=given).gpu_available == used
