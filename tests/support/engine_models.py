"""Tiny models for the engines whose real weights are too large for tests, of the same files and shapes.

The recognizer hears tones: a low one is the word "low", a high one "high" in two tokens. The diarizer hears one voice
all the time; its networks have their real size and random weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LOW_HZ, HIGH_HZ = 400.0, 3000.0
MELS, LOW_MELS, HIGH_MELS = 128, (16, 18), (86, 89)
TOKENS = ("▁low", "▁hi", "gh", "<blk>")
_NEVER = -100.0


def write_tone_recognizer(folder: Path) -> Path:
    """A Parakeet TDT model for onnx-asr: an encoder that averages, and a joint network that compares two bands."""
    import onnx

    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_encoder(), folder / "encoder-model.onnx")
    onnx.save(_joint(), folder / "decoder_joint-model.onnx")
    (folder / "vocab.txt").write_text("".join(f"{token} {n}\n" for n, token in enumerate(TOKENS)), encoding="utf-8")
    about = {"model_type": "nemo-conformer-tdt", "features_size": MELS, "subsampling_factor": 8}
    (folder / "config.json").write_text(json.dumps(about))
    return folder


def play_tones(seconds: float, *tones: tuple[float, float]) -> NDArray[np.float32]:
    """Quiet noise at 16 kHz with tones of 0.6 s; each is (start in seconds, Hz)."""
    sound = np.random.default_rng(3).normal(0, 1e-3, int(seconds * 16_000))
    for start, hertz in tones:
        first = int(start * 16_000)
        sound[first : first + 9_600] += 0.3 * np.sin(2 * np.pi * hertz * np.arange(9_600) / 16_000)
    return sound.astype(np.float32)


def _encoder() -> object:
    from onnx import TensorProto, helper

    info = helper.make_tensor_value_info
    nodes = [
        helper.make_node("AveragePool", ["audio_signal"], ["outputs"], kernel_shape=[8], strides=[8], ceil_mode=1),
        helper.make_node("Add", ["length", "seven"], ["more"]),
        helper.make_node("Div", ["more", "eight"], ["encoded_lengths"]),
    ]
    graph = helper.make_graph(
        nodes, "encoder",
        [info("audio_signal", TensorProto.FLOAT, ["n", MELS, "t"]), info("length", TensorProto.INT64, ["n"])],
        [info("outputs", TensorProto.FLOAT, ["n", MELS, "u"]), info("encoded_lengths", TensorProto.INT64, ["n"])],
        [helper.make_tensor(name, TensorProto.INT64, [1], [value]) for name, value in (("seven", 7), ("eight", 8))],
    )  # fmt: skip
    return _model(graph)


def _joint() -> object:
    from onnx import TensorProto, helper, numpy_helper

    bands = np.zeros((MELS, len(TOKENS)), dtype=np.float32)
    for token, (first, last) in ((0, LOW_MELS), (1, HIGH_MELS), (2, HIGH_MELS)):
        bands[first:last, token] = 1 / (last - first)
    # by the token before: none follows itself, and `gh` follows `▁hi` alone; one for each tone
    after = np.array([[_NEVER, 0, _NEVER, 1], [0, _NEVER, 0, 1], [0, _NEVER, _NEVER, 1], [0, 0, _NEVER, 1]], np.float32)
    durations = np.array([[0, 1, 0, 0, 0]], np.float32)
    shapes = {"bands": bands, "after": after, "durations": durations, "shape": np.array([1, 1, 1, -1], np.int64),
              "axis": np.array([2], np.int64), "row": np.array([1, len(TOKENS)], np.int64)}  # fmt: skip
    node = helper.make_node
    nodes = [
        node("Squeeze", ["encoder_outputs", "axis"], ["frame"]),
        node("MatMul", ["frame", "bands"], ["heard"]),
        node("Gather", ["after", "targets"], ["gathered"]),
        node("Reshape", ["gathered", "row"], ["allowed"]),
        node("Add", ["heard", "allowed"], ["tokens"]),
        node("Concat", ["tokens", "durations"], ["both"], axis=1),
        node("Reshape", ["both", "shape"], ["outputs"]),
        node("Identity", ["input_states_1"], ["output_states_1"]),
        node("Identity", ["input_states_2"], ["output_states_2"]),
        node("Identity", ["target_length"], ["prednet_lengths"]),
    ]
    info = helper.make_tensor_value_info
    states = [f"put_states_{n}" for n in (1, 2)]
    graph = helper.make_graph(
        nodes, "joint",
        [info("encoder_outputs", TensorProto.FLOAT, [1, MELS, 1]), info("targets", TensorProto.INT32, [1, 1]),
         info("target_length", TensorProto.INT32, [1]),
         *(info(f"in{name}", TensorProto.FLOAT, [1, 1, 1]) for name in states)],
        [info("outputs", TensorProto.FLOAT, [1, 1, 1, len(TOKENS) + 5]),
         info("prednet_lengths", TensorProto.INT32, [1]),
         *(info(f"out{name}", TensorProto.FLOAT, [1, 1, 1]) for name in states)],
        [numpy_helper.from_array(array, name) for name, array in shapes.items()],
    )  # fmt: skip
    return _model(graph)


def _model(graph: object) -> object:
    from onnx import checker, helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    checker.check_model(model)
    return model


def write_speakrs_model(folder: Path) -> Path:
    """A model for speakrs that hears one voice from the beginning to the end."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(0)
    save_file(_segmentation(draw), folder / "segmentation-3.0.safetensors")
    save_file(_embedding(draw), folder / "wespeaker-multimask-tail.safetensors")
    (folder / "wespeaker-voxceleb-resnet34.min_num_samples.txt").write_text("400")
    plda = {
        "lda": np.linalg.qr(draw.normal(size=(256, 128)))[0], "tr": np.eye(128), "mu": np.zeros(128),
        "psi": np.linspace(2.0, 0.1, 128), "mean1": np.zeros(256), "mean2": np.zeros(128),
    }  # fmt: skip
    for name, array in plda.items():
        np.save(folder / f"plda_{name}.npy", array)
    return folder


def _segmentation(draw: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """A PyanNet whose classifier always finds the first voice; names and shapes are those of its ONNX export."""

    def some(*shape: int) -> NDArray[np.float32]:
        return draw.normal(0, 0.05, shape).astype(np.float32)

    found: dict[str, NDArray[np.float32]] = {}
    for name, channels in (("wav_norm1d", 1), ("norm1d.0", 80), ("norm1d.1", 60), ("norm1d.2", 60)):
        found[f"sincnet.{name}.weight"] = np.ones(channels, np.float32)
        found[f"sincnet.{name}.bias"] = np.zeros(channels, np.float32)
    times = (2 * np.pi * np.arange(-125, 0) / 16_000).astype(np.float32)[None]
    filters = {
        "low_hz_": np.linspace(30, 7000, 40, dtype=np.float32)[:, None], "band_hz_": np.full((40, 1), 100, np.float32),
        "window_": np.hamming(251)[:125].astype(np.float32), "n_": times,
    }  # fmt: skip
    found |= {f"sincnet.conv1d.0.filterbank.{name}": array for name, array in filters.items()}
    found["onnx::Div_1"] = times / 2
    for layer, inputs in ((1, 80), (2, 60)):
        found[f"sincnet.conv1d.{layer}.weight"], found[f"sincnet.conv1d.{layer}.bias"] = some(60, inputs, 5), some(60)
    for layer in range(4):
        shapes = ((2, 1024), (2, 512, 256 if layer else 60), (2, 512, 128))
        found |= {f"onnx::LSTM_{10 + 3 * layer + n}": some(*shape) for n, shape in enumerate(shapes)}
    found |= {"onnx::MatMul_30": some(256, 128), "onnx::MatMul_31": some(128, 128)}
    found |= {"onnx::MatMul_32": np.zeros((128, 7), np.float32), "linear.0.bias": some(128), "linear.1.bias": some(128)}
    found["classifier.bias"] = np.array([0, 5, 0, 0, 0, 0, 0], np.float32)
    return found


def _embedding(draw: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """A ResNet34 with its normalization folded into the convolutions."""
    found: dict[str, NDArray[np.float32]] = {}

    def add(name: str, outputs: int, inputs: int, width: int) -> None:
        found[f"resnet.{name}.weight"] = draw.normal(0, 0.05, (outputs, inputs, width, width)).astype(np.float32)
        found[f"resnet.{name}.weight_bias"] = np.zeros(outputs, np.float32)

    add("conv1", 32, 1, 3)
    inputs = 32
    for stage, (outputs, blocks) in enumerate(((32, 3), (64, 4), (128, 6), (256, 3)), start=1):
        for block in range(blocks):
            add(f"layer{stage}.{block}.conv1", outputs, inputs, 3)
            add(f"layer{stage}.{block}.conv2", outputs, outputs, 3)
            if stage > 1 and block == 0:
                add(f"layer{stage}.0.shortcut.0", outputs, inputs, 1)
            inputs = outputs
    found["resnet.seg_1.weight"] = draw.normal(0, 0.05, (256, 5120)).astype(np.float32)
    found["resnet.seg_1.bias"] = np.zeros(256, np.float32)
    return found
