"""Measures word error rate, cpWER, DER and speed of whole jobs on the sample meetings."""

from __future__ import annotations

import json

from benchmarks.running_server import SAMPLES, running_server


def main() -> None:
    """Run each sample on a running server; print its scores and the pooled ones."""
    from pipeline.evaluate import Score, evaluate
    from pipeline.recap import Transcript, from_json

    print(
        f"{'sample':22} {'seconds':>8} {'speakers':>9} {'WER %':>6} {'cpWER %':>8} {'DER %':>6} {'job s':>6} {'x':>6}"
    )
    pooled: Score | None = None
    with running_server() as server:
        for reference_path in sorted(SAMPLES.glob("*.json")):
            reference = json.loads(reference_path.read_text())
            audio = next(path for path in SAMPLES.glob(f"{reference_path.stem}.*") if path.suffix != ".json")
            recording_id, job_seconds = server.run_job(audio.name, audio.read_bytes())
            transcript = from_json(Transcript, server.api.get(f"/recordings/{recording_id}/transcript").content)
            score = evaluate(transcript, reference)
            pooled = score if pooled is None else pooled + score
            seconds = reference["duration_seconds"]
            print(
                f"{audio.name:22} {seconds:8.0f} {score.found_speakers:>4} of {score.speakers} {100 * score.wer:6.1f} "
                f"{100 * score.cpwer:8.1f} {100 * score.der:6.1f} {job_seconds:6.1f} {seconds / job_seconds:6.1f}",
                flush=True,
            )
    if pooled is not None:
        print(f"{'pooled':41} {100 * pooled.wer:6.1f} {100 * pooled.cpwer:8.1f} {100 * pooled.der:6.1f}")


if __name__ == "__main__":
    main()
