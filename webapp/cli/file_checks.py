"""What `flask doctor` checks of DATA_DIR: free space, whether it can be written, who can read it, and its backup."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import config
from core import probes
from core.backup.history import last_backup
from core.clock import utc_now
from core.storage.store import file_store
from core.uploads.limits import RESERVE_BYTES
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.formats import size

#: Decoded sound is kept as 16-bit numbers, 16,000 a second.
DECODED_BYTES_PER_SECOND = 32_000
#: Models may be put there by anybody; a disk of its own brings a folder of the system.
ONLY_READ = ("models", "lost+found")
OLD_BACKUP = timedelta(days=7)
#: So many of the longest recordings should find room in the cache.
FEW_RECORDINGS = 3


def check_disk(settings: config.Settings) -> CheckResult:
    """Whether the largest upload that is allowed would fit, and what it is decoded to."""
    free = file_store().free_bytes()
    needed = RESERVE_BYTES + settings.max_upload_bytes + int(settings.max_audio_seconds * DECODED_BYTES_PER_SECOND)
    state = f"{settings.data_dir}, {size(free)} free"
    if free < RESERVE_BYTES:
        state += ": uploads are refused"
        return check_result.error(
            "disk", state, "Free some space (`flask files prune` shrinks the cache), or move DATA_DIR."
        )
    if free < needed:
        fix = f"Free {size(needed - free)}, lower MAX_UPLOAD_BYTES and MAX_AUDIO_SECONDS, or move DATA_DIR."
        return check_result.warning("disk", f"{state}; the largest recording allowed takes {size(needed)}", fix)
    return check_result.ok("disk", state)


def check_store(settings: config.Settings) -> CheckResult:
    """Whether the cache is within its limit, and has room for a few recordings.

    A limit that the disk can never reach is no problem: the cache shrinks as well when the disk is nearly full.
    """
    sizes = file_store().stage_sizes().values()
    used, limit = sum(size_bytes for size_bytes, _ in sizes), settings.stage_max_bytes
    state = f"{len(sizes)} results, {size(used)} of {size(limit)}"
    if used > limit:
        return check_result.warning("store", state, "Run `flask files prune`.")
    room = used + file_store().free_bytes() - RESERVE_BYTES - settings.max_upload_bytes
    few = int(FEW_RECORDINGS * settings.max_audio_seconds * DECODED_BYTES_PER_SECOND)
    if room < min(few, limit):
        state += f", but the disk has room for {size(max(0, room))}"
        state += f"; {FEW_RECORDINGS} of the longest recordings take {size(few)}"
        fix = f"Free {size(min(few, limit) - room)}, move DATA_DIR, or lower MAX_AUDIO_SECONDS or STAGE_MAX_BYTES."
        return check_result.warning("store", state, fix)
    return check_result.ok("store", state)


def check_files(settings: config.Settings) -> CheckResult:
    """Whether DATA_DIR can be written and is closed to other users."""
    problem = probes.probe_files()
    if problem:
        return check_result.error("files", f"{settings.data_dir} {problem.state}", problem.fix)
    mode = settings.data_dir.stat().st_mode & 0o777
    if mode & 0o077:
        state = f"other users of this machine can open {settings.data_dir} (mode {mode:o})"
        return check_result.warning("files", state, f"Run `chmod 700 {settings.data_dir}` as its owner.")
    return check_result.ok("files", "can be written, closed to other users")


def check_permissions(settings: config.Settings) -> CheckResult:
    """Whether all in DATA_DIR belongs to who runs this, and nobody else reads the secrets."""
    folder, own = settings.data_dir, os.geteuid()
    owner = folder.stat().st_uid
    if owner != own:
        state = f"{folder} belongs to {_name(owner)}, and this runs as {_name(own)}"
        fix = f"Run commands as its owner: `sudo -u {_name(owner)} .venv/bin/flask --app run doctor`."
        return check_result.warning("permissions", state, fix)
    for path in _places(folder):
        with suppress(FileNotFoundError):  # removed meanwhile
            if (other := path.lstat().st_uid) != own:
                state = f"{path} belongs to {_name(other)}"
                return check_result.error("permissions", state, f"Run `sudo chown -R {_name(own)} {folder}`.")
    for secret in filter(None, (settings.env_path, folder / "secret-key", folder / "redis" / "url")):
        if secret.is_file() and secret.stat().st_mode & 0o007:
            state = f"other users of this machine can read {secret}, which has secrets"
            return check_result.warning("permissions", state, f"Run `chmod o= {secret}`.")
    return check_result.ok("permissions", f"all belongs to {_name(own)}, secrets are closed to others")


def _places(folder: Path) -> Iterator[Path]:
    """What lies in a folder, and in its folders; deeper it is too much to look at."""
    for path in sorted(folder.iterdir()):
        if path.name in ONLY_READ:
            continue
        yield path
        with suppress(FileNotFoundError):
            if path.is_dir() and not path.is_symlink() and os.access(path, os.R_OK | os.X_OK):
                yield from sorted(path.iterdir())


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def check_backup(_: config.Settings, now: datetime | None = None) -> CheckResult:
    """Whether a backup was made within a week."""
    found = last_backup()
    if found is None:
        return check_result.warning("backup", "none was made here", "Run `flask backup FILE`, every night by cron.")
    age = (now or utc_now()) - found.made_at
    state = (
        f"{found.path}, {age.days} days old" if age.days else f"{found.path}, {max(0, age.seconds) // 3600} hours old"
    )
    if age > OLD_BACKUP:
        return check_result.warning(
            "backup", state, f"Run `flask backup --overwrite {found.path}`, every night by cron."
        )
    return check_result.ok("backup", state)
