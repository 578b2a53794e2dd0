"""Hugging Face's hub: which files a model has, and how one of them is fetched. Uses no cache of the hub's library."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import config
from model_store.catalogue import KnownModel
from model_store.errors import HubUnreachable, ModelGated, ModelUnknown

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

log = logging.getLogger(__name__)

#: So many tries in a row that bring no byte end a download.
TRIES = 5
FIRST_WAIT_SECONDS = 1.0
_DIGEST = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
TOKENS_PAGE = "https://huggingface.co/settings/tokens"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub. Its digest is a SHA-256, or Git's SHA-1 for a small file."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model as the hub has it at one commit."""

    commit: str
    files: tuple[RemoteFile, ...]


class Hub:
    """The hub at HF_ENDPOINT, asked with HF_TOKEN if it is set."""

    def __init__(self, settings: config.Settings) -> None:
        from huggingface_hub import HfApi, constants
        from huggingface_hub.utils import logging as hub_logging

        constants.HF_HUB_DISABLE_TELEMETRY = True
        # bytes are written as they arrive, not in parts of 10 MB that a broken line takes with it
        constants.DOWNLOAD_CHUNK_SIZE = None  # type: ignore[assignment]
        hub_logging.set_verbosity(logging.CRITICAL)
        for name in ("httpx2", "httpcore2"):  # as the hub's library, they log addresses that are signed
            logging.getLogger(name).setLevel(logging.WARNING)
        token = settings.hf_token.get_secret_value() if settings.hf_token else None
        self.has_token, self.endpoint = token is not None, settings.hf_endpoint
        # False: never a token that lies about in somebody's home
        self._token: str | bool = token or False
        self._api = HfApi(self.endpoint, token=self._token)

    def find(self, model: KnownModel, revision: str) -> RemoteModel:
        """The files that belong to a model. Raises HubUnreachable, ModelGated, ModelUnknown."""
        with self._explained(model):
            info = self._api.model_info(model.repository, revision=revision, files_metadata=True, timeout=30)
        files = tuple(_read_entry(one) for one in info.siblings or () if model.wants(one.rfilename))
        has = {file.path for file in files}
        lacking = model.engine.lacks(has)
        if lacking or not info.sha:
            raise ModelUnknown(
                f"{model.repository} is no model that RealRecap can use: it lacks {', '.join(sorted(lacking))}.",
                "Name a Whisper model in the CTranslate2 format, such as large-v3-turbo.",
            )
        return RemoteModel(info.sha, files)

    def fetch(
        self, model: KnownModel, commit: str, file: RemoteFile, part: Path, on_position: Callable[[int], None]
    ) -> None:
        """Fetch the bytes of a file that `part` lacks; `on_position` gets how many are there, and may raise to stop.

        A broken line is taken up again where it broke. Raises HubUnreachable, ModelGated, ModelUnknown, OSError.
        """
        tries = 0
        while _size(part) < file.size:
            before = _size(part)
            try:
                with self._explained(model):
                    self._fetch_rest(model, commit, file, part, on_position)
                    break
            except HubUnreachable:
                tries = 1 if _size(part) > before else tries + 1
                if tries >= TRIES:
                    raise
                log.warning("%s of %s: the line broke at %d bytes; it goes on", file.path, model.folder, _size(part))
                time.sleep(FIRST_WAIT_SECONDS * 2 ** (tries - 1))
        if file.size == 0:
            part.touch()

    def _fetch_rest(
        self, model: KnownModel, commit: str, file: RemoteFile, part: Path, on_position: Callable[[int], None]
    ) -> None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        url = hf_hub_url(model.repository, file.path, revision=commit, endpoint=self.endpoint)
        found = get_hf_file_metadata(url, token=self._token, endpoint=self.endpoint)
        # the token is for the hub alone; large files come from elsewhere, by a signed address
        token = self._token if self._is_ours(found.location) else False
        with part.open("ab") as target:
            http_get(
                found.location, target, resume_size=target.tell(), expected_size=file.size,
                headers=build_hf_headers(token=token), tqdm_class=partial(_Position, on_position),  # type: ignore[arg-type]
                _nb_retries=0,
            )  # fmt: skip

    @contextmanager
    def _explained(self, model: KnownModel) -> Iterator[None]:
        """Errors of the library in our words; none of them quotes an address or the token."""
        import httpx2
        from huggingface_hub.errors import (
            GatedRepoError,
            HfHubHTTPError,
            HFValidationError,
            OfflineModeIsEnabled,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )

        try:
            yield
        except OfflineModeIsEnabled as error:
            raise HubUnreachable("HF_HUB_OFFLINE forbids downloads.", "Unset it for this command.") from error
        except GatedRepoError as error:
            raise self._gated(model) from error
        except (RepositoryNotFoundError, HFValidationError) as error:
            raise ModelUnknown(
                f"The hub has no model {model.repository}, or shows it to its members only.",
                "Check the name. For a private model set HF_TOKEN to a token that may read it.",
            ) from error
        except RevisionNotFoundError as error:
            raise ModelUnknown(f"{model.repository} has no such revision.", "Leave out --revision.") from error
        except HfHubHTTPError as error:
            status = error.response.status_code
            if status in (401, 403) and self._is_ours(str(error.response.url)):  # elsewhere a signature has expired
                raise self._gated(model) from error
            raise HubUnreachable(f"The model hub answered with status {status}.") from error
        except httpx2.TransportError as error:
            raise HubUnreachable(f"The line to the model hub failed ({type(error).__name__}).") from error
        except OSError as error:
            if error.errno is None and "Consistency check" in str(error):  # fewer bytes than announced
                raise HubUnreachable("The line to the model hub broke off.") from error
            raise
        except ValueError as error:
            raise HubUnreachable(f"What answered at {self.endpoint} is no model hub.") from error

    def _is_ours(self, url: str) -> bool:
        """Whether an address is the hub's own, where the token may go."""
        return urlsplit(url)[:2] == urlsplit(self.endpoint)[:2]

    def _gated(self, model: KnownModel) -> ModelGated:
        page = f"https://huggingface.co/{model.repository}"
        where = "as HF_TOKEN into .env (or its file's path as HF_TOKEN_FILE)"
        if self.has_token:
            return ModelGated(
                f"The hub refuses {model.repository} with this HF_TOKEN.",
                f"Accept the terms at {page} with the account of the token. A fine-grained token also needs read "
                f"access to gated repositories. New tokens are made at {TOKENS_PAGE}; put one {where}, then try again.",
            )
        return ModelGated(
            f"{model.repository} is free, but its authors ask who uses it.",
            f"Log in at Hugging Face and accept the terms at {page}. Make a token of type Read at {TOKENS_PAGE} and "
            f"put it {where}, then try again.",
        )


class _Position:
    """What the library takes for a progress bar."""

    def __init__(self, on_position: Callable[[int], None], initial: int = 0, **_: Any) -> None:
        self._on_position, self._position = on_position, initial
        on_position(initial)

    def __enter__(self) -> _Position:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        self._position += count
        self._on_position(self._position)


def _read_entry(entry: RepoSibling) -> RemoteFile:
    digest = entry.lfs.sha256 if entry.lfs else entry.blob_id
    # the digest becomes a part of file names
    if entry.size is None or entry.size < 0 or not _DIGEST.fullmatch(digest or ""):
        raise HubUnreachable("The model hub does not tell the sizes and sums of its files.")
    return RemoteFile(entry.rfilename, entry.size, str(digest))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
