"""What can go wrong with a model's files, in words for the administrator."""

from __future__ import annotations

from pipeline.errors import PipelineError


class HubUnreachable(PipelineError):
    """The hub did not answer, or the line broke again and again."""

    code = "hub_unreachable"
    default_message = "The model hub did not answer."
    default_hint = (
        "Check the connection of this machine, its proxy (HTTPS_PROXY) and HF_ENDPOINT, then try again: the download "
        "goes on where it stopped. Without a network, use `flask models import` (docs/models.md)."
    )
    retryable = True


class ModelGated(PipelineError):
    """The hub wants the terms of a model accepted, or does not know the token."""

    code = "model_gated"


class ModelUnknown(PipelineError):
    """The hub has no such model, or nothing in it that can be used."""

    code = "model_unknown"


class DownloadDamaged(PipelineError):
    """A file arrived with other bytes than the hub announced."""

    code = "download_damaged"
    default_hint = "Try again: only this file is downloaded anew. If it happens again, a proxy changes files."
    retryable = True


class InstallRunning(PipelineError):
    """Another process installs the same model."""

    code = "install_running"
    default_hint = "Wait until it has finished, or stop it; `flask models list` shows what is installed."
    retryable = True


class InstallCancelled(PipelineError):
    """Somebody stopped the download."""

    code = "cancelled"
    default_message = "The download was cancelled."
    default_hint = "What was downloaded is kept: the next download goes on from there."
    retryable = True


class ArchiveRefused(PipelineError):
    """The file is no archive of models, is damaged, or holds what no archive should."""

    code = "archive_refused"
    default_hint = "Nothing was installed. Make the file again with `flask models export`, and copy it again."
