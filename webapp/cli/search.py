"""`flask search`: the index of the search."""

from __future__ import annotations

import click

from core.recordings import indexing
from core.search import forgetting
from webapp.cli.errors import tell_errors


@click.group("search")
def search_group() -> None:
    """Keep the index of the search."""


@search_group.command("reindex")
@click.option("--all", "everything", is_flag=True, help="Also what is indexed already.")
@tell_errors
def reindex(everything: bool) -> None:
    """Index the recordings that are not. Beat does the same every ten minutes."""
    count = indexing.index_all() if everything else 0
    while indexed := indexing.index_missing():
        count += indexed
    while not forgetting.forget_deleted():
        click.echo("Forgetting deleted words…", err=True)
    click.echo(f"{count} recordings indexed.")
