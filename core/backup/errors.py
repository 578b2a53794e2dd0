"""What can be wrong with a backup."""

from __future__ import annotations

from pipeline.errors import PipelineError


class BackupFailed(PipelineError):
    """A backup could not be made. No file with its name is left."""

    code = "backup_failed"
    default_message = "The backup could not be made."
    default_hint = "Nothing was changed. Try again."


class BackupUnusable(PipelineError):
    """A file is no backup, or not a whole one. Nothing was restored."""

    code = "backup_unusable"
    default_message = "This file is not a whole backup."
    default_hint = "Nothing was changed. Use another backup."


class RestoreRefused(PipelineError):
    """There is something here that a restored backup would replace."""

    code = "restore_refused"
    default_message = "There are recordings here already."
    default_hint = "To delete them and everything else here first, add `--replace`."
