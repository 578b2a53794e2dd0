from __future__ import annotations

import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import decode
from pipeline.decode.limits import DecodeLimits
from pipeline.diarize import Diarization, DiarizeOptions
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.errors import Cancelled, DiarizationMissing
from pipeline.recap import SpeakerTurn
from pipeline.samples import SAMPLE_TYPE, StoredSamples

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "demo" / "diarization-demo"
ANY = DiarizeOptions()
Open = Callable[[str], NDArray[np.float32]]

pytestmark = pytest.mark.speech


def ignore(_fraction: float) -> None:
    """A progress that nobody follows."""


@pytest.fixture(scope="module")
def diarizer() -> PyannoteDiarizer:
    return PyannoteDiarizer(MODEL, "cpu")


@pytest.fixture(scope="module")
def stock(diarizer: PyannoteDiarizer) -> Any:
    """The pipeline as pyannote makes it."""
    _ = diarizer.model  # sets what pyannote reads at import
    from pyannote.audio import Pipeline

    return Pipeline.from_pretrained(MODEL)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Opens a sample recording, decoded once."""
    folder = tmp_path_factory.mktemp("samples")

    @cache
    def open_sample(name: str) -> NDArray[np.float32]:
        decode(ROOT / "audio_samples" / name, folder / name, DecodeLimits(max_seconds=3600.0))
        return StoredSamples(folder / name)[:]

    return open_sample


def turns(annotation: Any) -> tuple[SpeakerTurn, ...]:
    return tuple(
        SpeakerTurn(round(float(span.start), 3), round(float(span.end), 3), label)
        for span, _, label in annotation.itertracks(yield_label=True)
    )


def run_stock(stock: Any, pcm: NDArray[np.float32]) -> Diarization:
    import torch

    found = stock({"waveform": torch.from_numpy(pcm)[None], "sample_rate": 16_000})
    return Diarization(turns(found.speaker_diarization), turns(found.exclusive_speaker_diarization))


def difference(one: Diarization, other: Diarization) -> float:
    """The share of the time of `other` at which `one` has another speaker, or nobody."""
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    annotations = []
    for found in (other, one):
        annotation = Annotation()
        for number, turn in enumerate(found.turns):
            annotation[Segment(turn.start, turn.end), number] = turn.speaker
        annotations.append(annotation)
    return float(DiarizationErrorRate()(*annotations))


@pytest.mark.filterwarnings("ignore:'uem' was approximated")
@pytest.mark.parametrize("name", ["ten-seconds.wav", "standup.wav", "phone-call.ogg"])
def test_the_turns_are_almost_those_of_pyannote(
    diarizer: PyannoteDiarizer, stock: Any, sample: Open, name: str
) -> None:
    """A voice is embedded from frames that know what was before and after its chunk: see `shared_frames`."""
    found = diarizer.diarize(sample(name), ANY, ignore)
    assert found.turns
    assert difference(found, run_stock(stock, sample(name))) < 0.03


def test_long_stretches_of_silence_change_nothing(diarizer: PyannoteDiarizer, stock: Any, sample: Open) -> None:
    """The model does not hear silent chunks, where pyannote has it hear them all."""
    pcm, silence = sample("standup.wav"), np.zeros(16_000 * 30, dtype=np.float32)
    pcm = np.concatenate([silence, pcm[: 16_000 * 25], silence, pcm[16_000 * 25 :]])
    found = diarizer.diarize(pcm, ANY, ignore)
    assert len({turn.speaker for turn in found.turns}) == 2
    assert found == run_stock(stock, pcm)


def test_in_silence_nobody_speaks(diarizer: PyannoteDiarizer) -> None:
    assert diarizer.diarize(np.zeros(16_000 * 12, dtype=np.float32), ANY, ignore) == Diarization((), ())


def test_a_tenth_of_a_second_is_no_trouble(diarizer: PyannoteDiarizer, sample: Open) -> None:
    found = diarizer.diarize(sample("standup.wav")[16_000:17_600], ANY, ignore)
    assert len({turn.speaker for turn in found.turns}) <= 1


def test_the_requested_number_of_speakers_is_found(diarizer: PyannoteDiarizer, sample: Open) -> None:
    found = diarizer.diarize(sample("standup.wav"), DiarizeOptions(num_speakers=3), ignore)
    assert len({turn.speaker for turn in found.turns}) == 3


@pytest.mark.filterwarnings("ignore:\\s*The detected number of speakers:UserWarning")
def test_asking_for_more_speakers_than_there_are_is_no_error(diarizer: PyannoteDiarizer, sample: Open) -> None:
    """VBx would end in an error of scikit-learn: fewer samples than clusters."""
    found = diarizer.diarize(sample("standup.wav")[: 16_000 * 14], DiarizeOptions(min_speakers=20), ignore)
    assert found.turns


def test_progress_never_falls_and_ends_at_one(diarizer: PyannoteDiarizer, sample: Open) -> None:
    seen: list[float] = []
    diarizer.diarize(sample("standup.wav"), ANY, seen.append)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert max(after - before for before, after in pairwise(seen)) < 0.5


@pytest.mark.parametrize("share", [0.0, 0.15, 0.3, 0.97, 0.99])
def test_what_progress_raises_comes_out_at_every_step(diarizer: PyannoteDiarizer, sample: Open, share: float) -> None:
    """The shares are those of segmentation, counting, embeddings, before clustering and after it."""
    stop = Cancelled()

    def progress(fraction: float) -> None:
        if fraction >= share:
            raise stop

    with pytest.raises(Cancelled) as raised:
        diarizer.diarize(sample("standup.wav"), ANY, progress)
    assert raised.value is stop


def test_a_stopped_diarizer_can_be_used_again(diarizer: PyannoteDiarizer, sample: Open) -> None:
    def stop(fraction: float) -> None:
        if fraction > 0.3:
            raise Cancelled

    before = diarizer.diarize(sample("ten-seconds.wav"), ANY, ignore)
    with pytest.raises(Cancelled):
        diarizer.diarize(sample("standup.wav"), ANY, stop)
    assert diarizer.diarize(sample("ten-seconds.wav"), ANY, ignore) == before


@pytest.mark.filterwarnings("ignore:'uem' was approximated:UserWarning")
def test_speakers_found_in_a_part_of_the_embeddings_are_nearly_the_same(
    diarizer: PyannoteDiarizer, sample: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotate(found: Diarization) -> Annotation:
        annotation = Annotation()
        for number, turn in enumerate(found.turns):
            annotation[Segment(turn.start, turn.end), number] = turn.speaker
        return annotation

    pcm = sample("crosstalk.webm")[: 16_000 * 100]
    whole = diarizer.diarize(pcm, ANY, ignore)
    clustering = type(diarizer.model.clustering)
    used: list[int] = []
    spread = clustering.filter_embeddings

    def count(self: Any, *args: Any, **kwargs: Any) -> Any:
        kept = spread(self, *args, **kwargs)
        used.append(len(kept[0]))
        return kept

    monkeypatch.setattr(clustering, "filter_embeddings", count)
    monkeypatch.setattr(clustering, "most_embeddings", 40)
    capped = diarizer.diarize(pcm, ANY, ignore)
    assert set(used) == {40}
    assert DiarizationErrorRate()(annotate(whole), annotate(capped)) < 0.05


def test_the_recording_is_not_copied(diarizer: PyannoteDiarizer, tmp_path: Path) -> None:
    """A page of the mapped file that were written to would become this process's own."""
    noise = np.random.default_rng(1).normal(0, 0.05, 16_000 * 30).astype(SAMPLE_TYPE)
    noise.tofile(tmp_path / "pcm")
    samples = StoredSamples(tmp_path / "pcm")
    diarizer.diarize(samples, ANY, ignore)
    place = Path("/proc/self/smaps").read_text().split(str(tmp_path / "pcm"))[1]
    assert int(place.split("Anonymous:")[1].split()[0]) == 0


def test_loading_prints_nothing_and_makes_no_connection(tmp_path: Path) -> None:
    """In a fresh process, since filters and settings count from the first import."""
    program = (
        "import socket; from pathlib import Path; from pipeline.diarize import DiarizeOptions\n"
        "from pipeline.engines.pyannote.engine import PyannoteDiarizer\n"
        "from pipeline.samples import StoredSamples\n"
        "def refuse(*args): raise AssertionError('the network was asked for')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        f"found = PyannoteDiarizer(Path({str(MODEL)!r}), 'cpu')\n"
        f"pcm = StoredSamples(Path({str(tmp_path / 'pcm')!r}))\n"
        "assert found.diarize(pcm, DiarizeOptions(), lambda share: None).turns\n"
        "import os; assert os.environ['PYANNOTE_METRICS_ENABLED'] == '0'"
    )
    decode(ROOT / "audio_samples" / "ten-seconds.wav", tmp_path / "pcm", DecodeLimits(max_seconds=60.0))
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr + done.stdout == ""


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(DiarizationMissing, match="is not installed"):
        PyannoteDiarizer(tmp_path, "cpu").diarize(np.zeros(16_000, dtype=np.float32), ANY, ignore)


def test_a_broken_model_is_reported(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("pipeline: {name: pyannote.audio.pipelines.SpeakerDiarization}")
    with pytest.raises(DiarizationMissing, match="cannot be loaded"):
        PyannoteDiarizer(tmp_path, "cpu").diarize(np.zeros(16_000, dtype=np.float32), ANY, ignore)


def test_unloaded_models_are_gone_and_load_again_when_they_are_needed(sample: Open) -> None:
    loads: list[str] = []
    diarizer = PyannoteDiarizer(MODEL, "cpu", before_load=lambda: loads.append("now"))
    before = diarizer.diarize(sample("ten-seconds.wav"), ANY, ignore)
    model = weakref.ref(diarizer.model._segmentation.model)
    diarizer.unload()
    diarizer.unload()
    assert model() is None
    assert not diarizer.is_loaded
    assert diarizer.diarize(sample("ten-seconds.wav"), ANY, ignore) == before
    assert loads == ["now", "now"]
