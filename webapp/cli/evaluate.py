"""`flask evaluate`: compare a transcript with its reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.errors import PipelineError
from webapp.cli.errors import tell_errors

if TYPE_CHECKING:
    from pipeline.evaluate import Score


class NotEvaluable(PipelineError):
    """A file that cannot be evaluated."""

    code = "invalid_request"


@click.command("evaluate")
@click.argument("transcript", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("truth", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
@tell_errors
def evaluate(transcript: Path, truth: Path, as_json: bool) -> None:
    """Compare a TRANSCRIPT (JSON of `recap --until` or of the API) with its TRUTH: WER, cpWER and DER."""
    score = _score(transcript, truth)
    if as_json:
        from pipeline.recap import to_plain

        click.echo(json.dumps({**to_plain(score), "wer": score.wer, "cpwer": score.cpwer, "der": score.der}))
        return
    click.echo(f"words    {score.words}")
    click.echo(f"WER      {score.wer:6.1%}   words wrong, missing or added")
    click.echo(f"cpWER    {score.cpwer:6.1%}   the same, counted per speaker")
    click.echo(f"DER      {score.der:6.1%}   time with the wrong speakers")
    click.echo(f"speakers {score.found_speakers} found of {score.speakers}")


def _score(transcript: Path, truth: Path) -> Score:
    """Raises NotEvaluable if one of the files cannot be read."""
    from pipeline import evaluate as evaluation
    from pipeline.recap import Transcript, from_json

    try:
        content = json.loads(transcript.read_bytes())
        candidate = from_json(Transcript, json.dumps(content.get("transcript", content)))
    except (ValueError, AttributeError) as error:
        raise NotEvaluable(
            f"{transcript} is not a transcript.", "Use the JSON of the API or of `recap --until`."
        ) from error
    try:
        return evaluation.evaluate(candidate, json.loads(truth.read_bytes()))
    except (ValueError, KeyError, TypeError) as error:
        raise NotEvaluable(
            f"{truth} is not a reference.", "It needs `turns` with speaker, text and sentences."
        ) from error
