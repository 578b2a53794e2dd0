"""Parakeet and its like by onnx-asr, without torch."""
