"""Addresses in settings: checked, completed, and shown without their passwords."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

OLLAMA_PORT = 11434
_CREDENTIALS = re.compile(r"(?<=://)[^\s\"'<>]*@")
_SECRET_OPTION = re.compile(r"(?i)([?&](?:password|passwd|sslpassword|token|api_key)=)[^&\s\"'#]+")
_ESCAPE = (
    "a user name or password with special characters must be percent-encoded: @ is %40, : is %3A, / is %2F, ? is %3F, "
    "# is %23, % is %25, [ is %5B"
)


def mask(text: str) -> str:
    """The same text with the credentials of every address in it hidden."""
    return _SECRET_OPTION.sub(r"\1***", _CREDENTIALS.sub(_mask_credentials, text))


def _mask_credentials(found: re.Match[str]) -> str:
    user, colon, _ = found[0].partition(":")
    # without a password the user name may be a token
    return f"{user}:***@" if colon and not re.search(r"[/?#@]", user) else "***@"


def without_credentials(url: str) -> str:
    """The address without user name and password, as a name for the server."""
    return _CREDENTIALS.sub("", url)


def host_of(url: str) -> str:
    """The host name or IP address of a checked address."""
    return urlsplit(url).hostname or ""


def path_of(url: str | None) -> str:
    """The path of a checked address without a slash at its end, such as /recap; "" for the root."""
    return urlsplit(url or "").path.rstrip("/")


def complete_ollama_host(value: str) -> str:
    """The address of Ollama, read as Ollama reads OLLAMA_HOST: without a scheme, http and port 11434 are meant.

    Raises ValueError, without quoting a password, if it is no http address.
    """
    value = _repair_scheme(value.strip())
    has_scheme = "://" in value
    parts = _split(value if has_scheme else f"http://{_bracket_ipv6(value)}", ("http", "https"), _OLLAMA_EXAMPLES)
    if parts.query:
        raise ValueError(f"must not contain a `?`: write an address such as {_OLLAMA_EXAMPLES}")
    credentials, at, host = parts.netloc.rpartition("@")
    host = host.removesuffix(":")
    for wildcard, loopback in (("0.0.0.0", "127.0.0.1"), ("[::]", "[::1]")):  # noqa: S104 - where Ollama listens
        if host == wildcard or host.startswith(f"{wildcard}:"):
            host = loopback + host.removeprefix(wildcard)
    if not has_scheme and parts.port is None:
        host = f"{host}:{OLLAMA_PORT}"
    return f"{parts.scheme}://{credentials}{at}{host}{parts.path.rstrip('/')}"


_OLLAMA_EXAMPLES = "http://127.0.0.1:11434 or https://example.org/ollama"


def check_hub_url(value: str) -> str:
    """The address of a model hub without a slash at its end. Raises ValueError if it is no http address."""
    parts = _split(value.strip(), ("http", "https"), "https://huggingface.co")
    if "@" in parts.netloc or parts.query:
        raise ValueError("must be an address such as https://huggingface.co; a token goes into HF_TOKEN")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def check_public_url(value: str) -> str:
    """The public address of the site without a slash at its end. Raises ValueError if it is no http address."""
    parts = _split(value.strip(), ("http", "https"), "https://recap.example.org or https://example.org/recap")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or password: everybody sees it")
    if parts.query:
        raise ValueError("must not contain a `?`")
    check_path(parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def check_path(path: str) -> str:
    """A path such as /recap, or "". Raises ValueError if it could lead to another place."""
    if path and not is_safe_path(path):
        raise ValueError("must be a path such as /recap: letters, digits and -._~ between single slashes")
    return path


def is_safe_path(path: str) -> bool:
    """Whether links may begin with this path."""
    return bool(re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+", path))


def check_redis_url(value: str) -> str:
    """The address of Redis. Raises ValueError, without quoting it, if redis-py or Celery could not use it."""
    value = value.strip()
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://, as in redis://127.0.0.1:6379/0")
    parts = _split(value, ("redis", "rediss", "unix"), "redis://:password@127.0.0.1:6379/0")
    if parts.scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError("must name a socket, as in unix:///run/redis/redis.sock?db=0")
        number = dict(parse_qsl(parts.query)).get("db", "0")
    else:
        number = parts.path.strip("/") or "0"
    if not number.isdigit():
        raise ValueError("must end with the number of a database, as in redis://127.0.0.1:6379/0")
    from redis.connection import parse_url

    try:
        parse_url(value)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ValueError("has an option after the `?` that Redis clients do not know") from error
    return value


def check_database_url(value: str) -> str:
    """The SQLAlchemy address of the database. Raises ValueError, without quoting it, if it is none."""
    value = value.strip()
    if not value.startswith(("sqlite:///", "postgresql", "postgres://")):
        raise ValueError("must start with postgresql:// or sqlite:///")
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise ValueError(f"cannot be read; {_ESCAPE}") from error
    kind = url.drivername.partition("+")[0]
    if kind not in ("sqlite", "postgresql", "postgres"):
        raise ValueError("must start with postgresql:// or sqlite:///")
    if kind != "sqlite" and re.search(r"[@\s]", f"{url.host or ''}{url.database or ''}"):
        raise ValueError(f"cannot be read; {_ESCAPE}")
    return value


def _split(value: str, schemes: tuple[str, ...], examples: str) -> SplitResult:
    """The parts of an address. Raises ValueError that quotes none of them: any may belong to a password."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"cannot be read: write an address such as {examples}; {_ESCAPE}") from error
    if "@" in parts.path + parts.query or parts.fragment:
        raise ValueError(f"cannot be read; {_ESCAPE}")
    if parts.scheme not in schemes or port == 0 or (parts.scheme != "unix" and not _is_host_and_path(parts)):
        raise ValueError(
            f"must be an {'http or https' if 'http' in schemes else schemes[0]} address, such as {examples}"
        )
    if re.search(r"[\s\\\x00-\x1f]", value):
        raise ValueError(f"must not contain spaces or backslashes: write an address such as {examples}")
    return parts


def _is_host_and_path(parts: SplitResult) -> bool:
    # "http//example.org" would be the host "http"
    return bool(parts.hostname) and "//" not in parts.path.rstrip("/")


def _repair_scheme(value: str) -> str:
    """`http:/host` is a slip of the pen."""
    return re.sub(r"^(https?):/(?!/)", r"\1://", value, flags=re.IGNORECASE)


def _bracket_ipv6(value: str) -> str:
    """An IPv6 address alone, such as ::1, in brackets."""
    return f"[{value}]" if re.fullmatch(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", value) else value
