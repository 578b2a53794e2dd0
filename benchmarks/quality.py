"""Word error rate, cpWER and DER of whole jobs over the sample meetings, and how fast they were."""

from __future__ import annotations

import json

from benchmarks.running_server import SAMPLES, run_job, running_server


def main() -> None:
    """Run each sample through a running site and print its scores and the pooled ones."""
    from pipeline.evaluate import Score, evaluate
    from pipeline.recap import Transcript, from_json

    print(
        f"{'sample':22} {'seconds':>8} {'speakers':>9} {'WER %':>6} {'cpWER %':>8} {'DER %':>6} {'job s':>6} {'x':>6}"
    )
    pooled: Score | None = None
    with running_server() as client:
        for truth_path in sorted(SAMPLES.glob("*.json")):
            truth = json.loads(truth_path.read_text())
            media = next(path for path in SAMPLES.glob(f"{truth_path.stem}.*") if path.suffix != ".json")
            recording_id, took = run_job(client, media.name, media.read_bytes())
            heard = from_json(Transcript, client.get(f"/recordings/{recording_id}/transcript").content)
            score = evaluate(heard, truth)
            pooled = score if pooled is None else pooled + score
            seconds = truth["duration_seconds"]
            print(
                f"{media.name:22} {seconds:8.0f} {score.found_speakers:>4} of {score.speakers} {100 * score.wer:6.1f} "
                f"{100 * score.cpwer:8.1f} {100 * score.der:6.1f} {took:6.1f} {seconds / took:6.1f}",
                flush=True,
            )
    if pooled is not None:
        print(f"{'pooled':41} {100 * pooled.wer:6.1f} {100 * pooled.cpwer:8.1f} {100 * pooled.der:6.1f}")


if __name__ == "__main__":
    main()
