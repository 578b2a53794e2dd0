"""The settings: one frozen object, read once from the environment and `.env`. The only reader of the environment."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
GIGABYTE = 1024**3
#: Sessions are signed with the key: one that can be guessed lets anybody in.
MIN_SECRET_CHARACTERS = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it, says what is wrong and how to mend it."""


class Settings(BaseSettings):
    """Every setting of RealRecap. Each can also be given as `NAME_FILE`, the path of a file that holds the value."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True, env_ignore_empty=True)

    secret_key: SecretStr | None = None
    """Signs sessions and forms. `make run` makes one into DATA_DIR; elsewhere it must be given."""
    database_url: str = ""
    """SQLAlchemy address of the database. Default: a SQLite file in DATA_DIR."""
    redis_url: str = ""
    """Address of the queue's Redis. Default: the one that `make run` starts."""
    ollama_host: str = "http://127.0.0.1:11434"
    """Where Ollama answers; a missing scheme is added."""
    ollama_model: str | None = None
    """Language model that writes the summary. Default: the first installed one that can chat."""
    ollama_num_ctx: Literal["auto"] | int = "auto"
    """Window of the language model in tokens, or `auto`."""
    ollama_retries: int = Field(4, ge=0, le=10)
    """How often a call to Ollama that failed is made again, after 1, 3, 9 ... seconds at most."""
    ollama_first_token_seconds: float = Field(600, gt=0, allow_inf_nan=False)
    """How long Ollama may take to begin an answer: it may have to load the model first."""
    ollama_token_seconds: float = Field(120, gt=0, allow_inf_nan=False)
    """How long Ollama may fall silent in the middle of an answer."""
    ollama_shares_gpu: Literal["auto", "true", "false"] = "auto"
    """Whether Ollama uses the GPU of the speech models; they then make room for each other. `auto`: if it runs here."""
    hf_token: SecretStr | None = None
    """Hugging Face token, used only to download models."""
    data_dir: Path = ROOT / "data"
    """Folder of recordings, results and the embedded database."""
    models_dir: Path | None = None
    """Folder of the installed speech models. Default: `models` in DATA_DIR."""
    whisper_model: str = "auto"
    """Name of a model in MODELS_DIR, a folder, or `auto`: the best installed one that fits."""
    whisper_device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where speech is recognised."""
    whisper_compute_type: Literal[
        "auto",
        "default",
        "int8",
        "int8_float32",
        "int8_float16",
        "int8_bfloat16",
        "int16",
        "float16",
        "bfloat16",
        "float32",
    ] = "auto"
    """CTranslate2 compute type. `auto`: float16 on a GPU, int8 on a CPU."""
    whisper_batch_size: int = Field(8, ge=1, le=128)
    """Windows decoded at once; halved by itself when memory runs out."""
    diarization_model: str = "auto"
    """Name of a pyannote model in MODELS_DIR, a folder, `auto`, or `none` to leave speakers out."""
    demo_models: Literal["auto", "always", "never"] = "auto"
    """Use the small demo models when no other is installed (`auto`), always, or never."""
    gpu_available: Literal["auto", "true", "false"] = "auto"
    """Whether this machine has a usable GPU; `auto` asks the driver."""
    max_upload_bytes: int = Field(2 * GIGABYTE, ge=1024)
    """Largest upload in bytes."""
    max_user_bytes: int = Field(200 * GIGABYTE, ge=0)
    """Bytes that one user may keep here, unfinished uploads included; 0: no limit."""
    max_user_recordings: int = Field(0, ge=0)
    """Recordings that one user may keep here, unfinished uploads included; 0: no limit."""
    max_unfinished_uploads: int = Field(20, ge=1)
    """Resumable uploads that one user may have under way; each is kept for a day after its last byte."""
    max_audio_seconds: float = Field(6 * 3600, gt=0, allow_inf_nan=False)
    """Longest recording in seconds."""
    stage_max_bytes: int = Field(100 * GIGABYTE, ge=0)
    """Results that only save work when a job runs again go, oldest use first, above this many bytes."""
    stage_max_days: float = Field(30, gt=0)
    """They also go when they were not used for this many days."""
    lease_seconds: float = Field(60, gt=0)
    """A worker that has not reported for this long loses its job."""
    heartbeat_seconds: float = Field(10, gt=0)
    """How often a worker reports."""
    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: int = Field(5000, ge=1, le=65535)
    """Port the web server listens on."""
    public_url: str | None = None
    """Address under which people reach the site; links in PDFs use it."""
    trusted_proxies: int = Field(0, ge=0, le=10)
    """Number of reverse proxies in front that set X-Forwarded-* headers."""
    organisation: str | None = Field(None, max_length=120)
    """Name shown at the head of each PDF."""
    timezone: str = "UTC"
    """Time zone of the pages and PDFs, such as Europe/Amsterdam."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged."""
    log_format: Literal["text", "json"] = "text"
    """One line of text or of JSON a record."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _ValuesFromFiles(settings_cls), dotenv_settings

    @field_validator(
        "log_level", "log_format", "whisper_device", "demo_models", "gpu_available", "ollama_shares_gpu", mode="before"
    )
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("data_dir", "models_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("ollama_host")
    @classmethod
    def _add_scheme(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        value = value if "://" in value else f"http://{value}"
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address, such as http://127.0.0.1:11434")
        # 0.0.0.0 is where Ollama listens, not where it can be reached
        value = value.replace("://0.0.0.0", "://127.0.0.1")
        return value if parts.port or parts.scheme == "https" else f"{value}:11434"

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters, as `openssl rand -hex 32` makes")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address, such as https://recap.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql", "postgres://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("ollama_num_ctx")
    @classmethod
    def _check_window(cls, value: str | int) -> str | int:
        if isinstance(value, int) and value < 512:
            raise ValueError("must be auto or at least 512 tokens")
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a known time zone; use a name such as Europe/Amsterdam") from error
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.lease_seconds < 2 * self.heartbeat_seconds:
            raise ValueError("LEASE_SECONDS must be at least twice HEARTBEAT_SECONDS")
        return self

    @property
    def database(self) -> str:
        """Address of the database with its default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'realrecap.db'}"

    @property
    def redis(self) -> str:
        """Address of Redis as redis-py and Celery read it: the setting, else what `make run` left in DATA_DIR."""
        noted = self.data_dir / "redis" / "url"
        if not self.redis_url and noted.is_file():
            return noted.read_text().strip()
        return self.redis_url or "redis://127.0.0.1:6379/0"

    @property
    def models(self) -> Path:
        """Folder of the installed speech models."""
        return self.models_dir or self.data_dir / "models"

    @property
    def secret(self) -> str | None:
        """The signing key: the setting, else the one that `make run` keeps in DATA_DIR."""
        kept = self.data_dir / "secret-key"
        if self.secret_key is None and kept.is_file():
            return kept.read_text().strip()
        return self.secret_key.get_secret_value() if self.secret_key else None


class _ValuesFromFiles(PydanticBaseSettingsSource):
    """Reads NAME_FILE: the path of a file whose text is the value of NAME."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except OSError as error:
            raise SettingsError(f"{field_name.upper()}_FILE names {path}, which cannot be read: {error}") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(info, name)[0] for name, info in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


@cache
def load() -> Settings:
    """The settings of this process.

    Raises SettingsError, in words for the owner, where a value is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [_explain(problem) for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from error


def _explain(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"][:1]).upper() or "Settings"
    if name in ("SECRET_KEY", "HF_TOKEN", "DATABASE_URL", "REDIS_URL"):
        return f"{name}: {problem['msg']}"
    given = problem.get("input")
    shown = "" if isinstance(given, dict | Settings) else f" (given: {given!r})"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}{shown}"
