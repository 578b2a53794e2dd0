"""The settings: one frozen object, read once from the environment and `.env`. No other module reads the environment."""

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
#: The key signs sessions: anyone who guesses it can log in.
MIN_SECRET_CHARACTERS = 32


class SettingsError(Exception):
    """A setting is missing or invalid; the text names it, says what is wrong and how to fix it."""


class Settings(BaseSettings):
    """Every setting of RealRecap. Each can also be set as `NAME_FILE`, the path of a file that contains the value."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True, env_ignore_empty=True)

    secret_key: SecretStr | None = None
    """Signs sessions and forms. `make run` creates one in DATA_DIR; otherwise it is required."""
    database_url: str = ""
    """SQLAlchemy URL of the database. Default: a SQLite file in DATA_DIR."""
    redis_url: str = ""
    """URL of Redis, which carries the queue. Default: the server that `make run` starts."""
    ollama_host: str = "http://127.0.0.1:11434"
    """Address of Ollama; `http://` is added if missing."""
    ollama_model: str | None = None
    """Language model that writes the summary. Default: the first installed model that can chat."""
    ollama_num_ctx: Literal["auto"] | int = "auto"
    """Context window of the language model in tokens, or `auto`."""
    ollama_retries: int = Field(4, ge=0, le=10)
    """How often a failed call to Ollama is retried, after at most 1, 3, 9 ... seconds."""
    ollama_first_token_seconds: float = Field(600, gt=0, allow_inf_nan=False)
    """How long Ollama may take to start a response: it may have to load the model first."""
    ollama_token_seconds: float = Field(120, gt=0, allow_inf_nan=False)
    """How long Ollama may pause during a response."""
    ollama_shares_gpu: Literal["auto", "true", "false"] = "auto"
    """Whether Ollama shares the GPU of the speech models. `auto`: yes if it runs on this machine."""
    hf_token: SecretStr | None = None
    """Hugging Face token, used only to download models."""
    data_dir: Path = ROOT / "data"
    """Folder for recordings, results and the embedded database."""
    models_dir: Path | None = None
    """Folder of installed speech models. Default: `models` in DATA_DIR."""
    whisper_model: str = "auto"
    """Name of a model in MODELS_DIR, a folder, or `auto`: the best installed model that fits."""
    whisper_device: Literal["auto", "cpu", "cuda"] = "auto"
    """Device for speech recognition."""
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
    """Windows decoded per batch; halved automatically when memory runs out."""
    diarization_model: str = "auto"
    """Name of a pyannote model in MODELS_DIR, a folder, `auto`, or `none` to skip diarization."""
    demo_models: Literal["auto", "always", "never"] = "auto"
    """Use the small demo models if no others are installed (`auto`), always, or never."""
    gpu_available: Literal["auto", "true", "false"] = "auto"
    """Whether this machine has a usable GPU; `auto` asks the driver."""
    max_upload_bytes: int = Field(2 * GIGABYTE, ge=1024)
    """Maximum size of an upload in bytes."""
    max_user_bytes: int = Field(200 * GIGABYTE, ge=0)
    """Maximum bytes stored per user, including unfinished uploads; 0 means no limit."""
    max_user_recordings: int = Field(0, ge=0)
    """Maximum recordings per user, including unfinished uploads; 0 means no limit."""
    max_unfinished_uploads: int = Field(20, ge=1)
    """Maximum unfinished resumable uploads per user; each is kept for a day after its last byte."""
    max_audio_seconds: float = Field(6 * 3600, gt=0, allow_inf_nan=False)
    """Maximum length of a recording in seconds."""
    stage_max_bytes: int = Field(100 * GIGABYTE, ge=0)
    """Above this many bytes, cached intermediate results are removed, least recently used first."""
    stage_max_days: float = Field(30, gt=0)
    """Cached intermediate results are also removed after this many days without use."""
    lease_seconds: float = Field(60, gt=0)
    """A worker loses its job if it has not renewed its lease for this long."""
    heartbeat_seconds: float = Field(10, gt=0)
    """How often a worker renews its lease."""
    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: int = Field(5000, ge=1, le=65535)
    """Port the web server listens on."""
    public_url: str | None = None
    """Public address of the site; links in PDFs use it."""
    trusted_proxies: int = Field(0, ge=0, le=10)
    """Number of reverse proxies in front of the server that set X-Forwarded-* headers."""
    session_max_days: float = Field(30, gt=0, le=3650, allow_inf_nan=False)
    """A browser is logged out this many days after its log-in."""
    session_idle_days: float = Field(14, gt=0, le=3650, allow_inf_nan=False)
    """A browser is logged out after this many days without a visit."""
    organisation: str | None = Field(None, max_length=120)
    """Name shown at the top of each PDF."""
    timezone: str = "UTC"
    """Time zone of pages and PDFs, such as Europe/Amsterdam."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Minimum level of logged messages."""
    log_format: Literal["text", "json"] = "text"
    """Format of the log: one line of text or JSON per record."""

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
        # Ollama listens on 0.0.0.0 but cannot be reached there
        value = value.replace("://0.0.0.0", "://127.0.0.1")
        return value if parts.port or parts.scheme == "https" else f"{value}:11434"

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters; try `openssl rand -hex 32`")
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
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("ollama_num_ctx")
    @classmethod
    def _check_window(cls, value: str | int) -> str | int:
        if isinstance(value, int) and value < 512:
            raise ValueError("must be `auto` or at least 512 tokens")
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("must be a known time zone, such as Europe/Amsterdam") from error
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.lease_seconds < 2 * self.heartbeat_seconds:
            raise ValueError("LEASE_SECONDS must be at least twice HEARTBEAT_SECONDS")
        return self

    @property
    def database(self) -> str:
        """URL of the database, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'realrecap.db'}"

    @property
    def redis(self) -> str:
        """URL of Redis for redis-py and Celery: the setting, else the one `make run` stored in DATA_DIR."""
        stored = self.data_dir / "redis" / "url"
        if not self.redis_url and stored.is_file():
            return stored.read_text().strip()
        return self.redis_url or "redis://127.0.0.1:6379/0"

    @property
    def models(self) -> Path:
        """Folder of installed speech models, with the default filled in."""
        return self.models_dir or self.data_dir / "models"

    @property
    def secret(self) -> str | None:
        """The signing key: the setting, else the one `make run` stored in DATA_DIR."""
        stored = self.data_dir / "secret-key"
        if self.secret_key is None and stored.is_file():
            return stored.read_text().strip()
        return self.secret_key.get_secret_value() if self.secret_key else None


class _ValuesFromFiles(PydanticBaseSettingsSource):
    """Reads `NAME_FILE`: the path of a file that contains the value of NAME."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except OSError as error:
            raise SettingsError(f"{field_name.upper()}_FILE: cannot read {path}: {error}") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(info, name)[0] for name, info in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


@cache
def load() -> Settings:
    """The settings of this process.

    Raises SettingsError with a message for the administrator if a value is invalid.
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
