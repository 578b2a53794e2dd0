"""`flask files`: hold files against the database, and keep the store within its limits."""

from __future__ import annotations

import sys

import click

import config
from core.clock import utc_now
from core.retention import consistency, pruning
from webapp.commands import tell_errors


@click.group("files")
def files_group() -> None:
    """Look after the files in DATA_DIR."""


@files_group.command("verify")
@click.option("--repair", is_flag=True, help="Remove what belongs to nobody and make lost results again.")
@click.option("--all", "with_young", is_flag=True, help="Also what changed in the last hour; only while nothing works.")
@tell_errors
def verify_files(repair: bool, with_young: bool) -> None:
    """Find files that nothing refers to, and recordings whose files are gone."""
    findings = consistency.verify(utc_now(), 0 if with_young else 3600)
    for title, ids in (
        ("Uploads that belong to no recording", findings.uploads_without_recording),
        ("Results that no recording uses", findings.results_without_use),
        ("Recordings whose uploaded file is gone", findings.recordings_without_upload),
        ("Recordings whose result is gone", findings.recordings_without_result),
        ("Parts of files that belong to no upload", findings.partial_files_without_upload),
        ("Uploads whose bytes are gone", findings.uploads_without_partial_file),
    ):
        click.echo(f"{title}: {len(ids) or 'none'}")
        for id in sorted(ids):
            click.echo(f"  {id}")
    if repair:
        click.echo(f"Mended: {consistency.repair(findings, utc_now())} of {findings.total}.")
    elif findings.total:
        click.echo("`flask files verify --repair` mends what can be mended.")
        sys.exit(1)


@files_group.command("prune")
@click.option("--max-bytes", type=click.IntRange(0), help="Default: STAGE_MAX_BYTES.")
@click.option("--max-days", type=click.FloatRange(0), help="Default: STAGE_MAX_DAYS.")
@tell_errors
def prune_files(max_bytes: int | None, max_days: float | None) -> None:
    """Remove results that only save work when a job runs again, oldest use first."""
    settings = config.load()
    limit = settings.stage_max_bytes if max_bytes is None else max_bytes
    days = settings.stage_max_days if max_days is None else max_days
    gone, freed = pruning.prune(utc_now(), limit, days * 86400)
    click.echo(f"Removed {gone} results, {freed / 1e6:.1f} MB.")
