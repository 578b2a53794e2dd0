"""`flask evaluate-recap`: compare a recap with what people wrote of the meeting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.cli.errors import tell_errors
from webapp.cli.evaluate import NotEvaluable

if TYPE_CHECKING:
    from pipeline.recap_evaluation.score import RecapScore


@click.command("evaluate-recap")
@click.argument("recap", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("truth", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@tell_errors
def evaluate_recap(recap: Path, truth: Path, as_json: bool) -> None:
    """Compare a RECAP (JSON of `recap --until summarize` or of the benchmark `recap`) with its TRUTH.

    Measures topics, words of the person's summary, support, decisions, tasks and questions, owners and dates.
    """
    score = _score(recap, truth)
    from pipeline.recap import to_plain
    from pipeline.recap_evaluation.report import describe

    click.echo(json.dumps(to_plain(score)) if as_json else "\n".join(describe(score)))


def _score(recap: Path, truth: Path) -> RecapScore:
    """Raises NotEvaluable if one of the files cannot be read."""
    from pipeline.recap_evaluation.evaluation import evaluate_recap as evaluate
    from pipeline.recap_evaluation.kept_recap import read_recap
    from pipeline.recap_evaluation.reference import read_reference

    try:
        kept = read_recap(recap.read_bytes())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotEvaluable(
            f"{recap} is not a recap.", "Use the JSON of `recap --until summarize`, or of the benchmark `recap`."
        ) from error
    try:
        reference = read_reference(json.loads(truth.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotEvaluable(f"{truth} is not a truth.", "It needs `turns` with speaker, start, end and text.") from error
    return evaluate(kept.summary, kept.segments, reference, kept.speakers)
