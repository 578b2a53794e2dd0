"""`flask files`: compare the files on disk with the database, and keep the store within its limits."""

from __future__ import annotations

import sys

import click

import config
from core.clock import utc_now
from core.retention import consistency, pruning
from webapp.cli.errors import tell_errors

#: Files that changed less than this many seconds ago may belong to work in progress.
YOUNG_SECONDS = 3600


@click.group("files")
def files_group() -> None:
    """Maintain the files in DATA_DIR."""


@files_group.command("verify")
@click.option("--repair", is_flag=True, help="Remove unused files and recreate lost results.")
@click.option(
    "--all", "with_young", is_flag=True, help="Include files changed in the last hour. Only use this while no job runs."
)
@tell_errors
def verify_files(repair: bool, with_young: bool) -> None:
    """Find unused files, and recordings whose files are missing."""
    report = consistency.verify(utc_now(), 0 if with_young else YOUNG_SECONDS)
    for title, ids in (
        ("Uploaded files without a recording", report.uploads_without_recording),
        ("Results that no recording uses", report.results_without_use),
        ("Recordings without their uploaded file", report.recordings_without_upload),
        ("Recordings without their result", report.recordings_without_result),
        ("Partial files without an upload", report.partial_files_without_upload),
        ("Uploads without their partial file", report.uploads_without_partial_file),
    ):
        click.echo(f"{title}: {len(ids) or 'none'}")
        for id in sorted(ids):
            click.echo(f"  {id}")
    if repair:
        click.echo(f"Repaired {consistency.repair(report, utc_now())} of {report.total}.")
    elif report.total:
        click.echo("`flask files verify --repair` repairs what can be repaired.")
        sys.exit(1)


@files_group.command("prune")
@click.option("--max-bytes", type=click.IntRange(0), help="Default: STAGE_MAX_BYTES.")
@click.option("--max-days", type=click.FloatRange(0), help="Default: STAGE_MAX_DAYS.")
@tell_errors
def prune_files(max_bytes: int | None, max_days: float | None) -> None:
    """Remove cached results, least recently used first. Running the job again recreates them."""
    settings = config.load()
    limit = settings.stage_max_bytes if max_bytes is None else max_bytes
    days = settings.stage_max_days if max_days is None else max_days
    removed, freed = pruning.prune(utc_now(), limit, days * 86400)
    click.echo(f"Removed {removed} results, {freed / 1e6:.1f} MB.")
