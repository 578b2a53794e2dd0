"""The settings: one frozen object, read once from the environment and `.env`. No other module reads the environment."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from configuration import addresses, values
from configuration.errors import SettingsError
from configuration.sources import EnvFile, ValuesFromFiles, read_env_file

__all__ = ["ROOT", "Settings", "SettingsError", "load"]

ROOT = Path(__file__).resolve().parent
GIGABYTE = 1024**3
#: The key signs sessions: anyone who guesses it can log in.
MIN_SECRET_CHARACTERS = 32


class Settings(BaseSettings):
    """Every setting of RealRecap. Each can also be set as `NAME_FILE`, the path of a file that contains the value."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True)
    env_path: ClassVar[Path | None] = ROOT / ".env"  # not pydantic's `env_file`, which must be UTF-8

    secret_key: SecretStr | None = None
    """Signs sessions and forms. `make run` creates one in DATA_DIR; otherwise it is required."""
    database_url: str = Field("", repr=False)
    """SQLAlchemy URL of the database. Default: a SQLite file in DATA_DIR."""
    redis_url: str = Field("", repr=False)
    """URL of Redis, which carries the queue. Default: the server that `make run` starts."""
    ollama_host: str = Field("http://127.0.0.1:11434", repr=False)
    """Address of Ollama; with a path or `user:password@` if it needs them. Without `http://`, port 11434 is meant."""
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
    hf_endpoint: str = Field("https://huggingface.co", repr=False)
    """Address of the hub that models are downloaded from."""
    data_dir: Path = ROOT / "data"
    """Folder for recordings, results and the embedded database."""
    models_dir: Path | None = None
    """Folder of installed speech models. Default: `models` in DATA_DIR."""
    whisper_model: str = "auto"
    """Name of a model in MODELS_DIR, a folder, or `auto`: the best that fits. Its files tell the engine."""
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
    """Name of a diarization model in MODELS_DIR, a folder, `auto`, or `none` to skip diarization."""
    diarization_engine: Literal["pyannote", "speakrs", "auto"] = "pyannote"
    """What tells speakers apart. `auto`: pyannote where its model is installed, else speakrs where it is installed."""
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
    heartbeat_file: Path | None = None
    """File that a worker and beat touch while they live, for health checks."""
    host: str = "127.0.0.1"
    """Address the web server listens on."""
    port: int = Field(5000, ge=1, le=65535)
    """Port the web server listens on."""
    public_url: str | None = None
    """Public address of the site, with its path if it is below one; links use it."""
    script_name: str = ""
    """Path below which the site is served, such as /recap. Default: the path of PUBLIC_URL."""
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
        in_file = read_env_file(cls.env_path)
        return init_settings, env_settings, ValuesFromFiles(settings_cls, in_file), EnvFile(settings_cls, in_file)

    @field_validator(
        "log_level",
        "log_format",
        "whisper_device",
        "diarization_engine",
        "demo_models",
        "gpu_available",
        "ollama_shares_gpu",
        mode="before",
    )
    @classmethod
    def _read_choice(cls, value: object) -> object:
        return values.read_choice(value)

    @field_validator("max_upload_bytes", "max_user_bytes", "stage_max_bytes", mode="before")
    @classmethod
    def _read_bytes(cls, value: object) -> object:
        return values.read_bytes(value)

    @field_validator("data_dir", "models_dir", "heartbeat_file", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("ollama_host")
    @classmethod
    def _complete_ollama_host(cls, value: str) -> str:
        return addresses.complete_ollama_host(value)

    @field_validator("hf_endpoint")
    @classmethod
    def _check_hf_endpoint(cls, value: str) -> str:
        return addresses.check_hub_url(value)

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters; try `openssl rand -hex 32`")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str | None) -> str | None:
        return None if value is None else addresses.check_public_url(value)

    @field_validator("script_name")
    @classmethod
    def _check_script_name(cls, value: str) -> str:
        return addresses.check_path(value.rstrip("/"))

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        return addresses.check_database_url(value) if value else value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        return addresses.check_redis_url(value) if value else value

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
        public_path = addresses.path_of(self.public_url)
        if self.script_name and public_path and self.script_name != public_path:
            raise ValueError(f"SCRIPT_NAME must be the path of PUBLIC_URL, {public_path}, or not be set")
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
    def ollama_name(self) -> str:
        """Address of Ollama without its password, for people, logs and the database."""
        return addresses.without_credentials(self.ollama_host)

    @property
    def url_prefix(self) -> str:
        """Path below which the site is served, such as /recap; "" for the root."""
        return self.script_name or addresses.path_of(self.public_url)

    @property
    def site_url(self) -> str | None:
        """Public address of the site with its path; None if PUBLIC_URL is not set."""
        return self.public_url and self.public_url.removesuffix(self.url_prefix) + self.url_prefix

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
    given = problem.get("input")
    is_secret = name in ("SECRET_KEY", "HF_TOKEN", "DATABASE_URL", "REDIS_URL") or "@" in str(given)
    shown = "" if is_secret or isinstance(given, dict | Settings) else f" (given: {given!r})"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}{shown}"
