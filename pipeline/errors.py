"""Errors that a user can be shown: a code for programs, a message and a hint for people."""

from __future__ import annotations

from typing import ClassVar

from pipeline.recap import Notice


class PipelineError(Exception):
    """An error that can be shown to the user.

    `message` says what happened, `hint` what to do, and `retryable` whether trying again can help.
    Keep the cause with `raise ... from`.
    """

    code: ClassVar[str] = "internal"
    default_message: ClassVar[str] = "Something inside RealRecap went wrong."
    default_hint: ClassVar[str] = "Try again. If it happens again, the worker's log has the details."
    retryable: ClassVar[bool] = False

    def __init__(self, message: str | None = None, hint: str | None = None) -> None:
        self.message = message or self.default_message
        self.hint = hint or self.default_hint
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type[PipelineError], tuple[str, str]]:
        return type(self), (self.message, self.hint)

    def notice(self) -> Notice:
        """The same message as a warning that goes with a result."""
        return Notice(self.code, self.message, self.hint)


class InternalError(PipelineError):
    """A fault in RealRecap itself."""

    retryable = True


class UnsupportedMedia(PipelineError):
    """The file is not a recording, or of a type that is not supported."""

    code = "unsupported_media"
    default_message = "This file is not a recording that RealRecap can read."
    default_hint = (
        "Upload sound or video, such as WAV, MP3, M4A, OGG, FLAC, MP4 or WebM. Anything else can be converted, for "
        "example with `ffmpeg -i recording.xyz recording.flac`."
    )


class NoAudio(PipelineError):
    """A video without an audio track, or an audio track without samples."""

    code = "no_audio"
    default_message = "This file has no sound."
    default_hint = "Check that the recorder captured a microphone, then upload again."


class RecordingTooLong(PipelineError):
    """More seconds of audio than MAX_AUDIO_SECONDS allows."""

    code = "too_long"
    default_message = "This recording is longer than allowed."
    default_hint = "Split it into parts, or ask for a higher limit (MAX_AUDIO_SECONDS)."


class RecordingTooShort(PipelineError):
    """Less than a tenth of a second of audio."""

    code = "too_short"
    default_message = "This recording is shorter than a tenth of a second."
    default_hint = "Check that the recorder was running, then upload again."


class PartMissing(PipelineError):
    """A recording is made of another one that was deleted before its sound had been copied."""

    code = "part_missing"
    default_message = "A recording that this one is made of was deleted before its sound had been copied."
    default_hint = "Upload that recording again, then join or split it anew."


class StorageFull(PipelineError):
    """The disk with the recordings is full."""

    code = "storage_full"
    default_message = "The server's disk is full."
    default_hint = "Free some space, then try again. Finished work is kept."
    retryable = True


class ModelMissing(PipelineError):
    """A model that the job needs is not installed on this machine."""

    code = "model_missing"
    default_message = "A speech model is not installed."
    default_hint = "Install it with `flask models pull`, or choose one that is installed, then try again."
    retryable = True


class OutOfMemory(PipelineError):
    """The GPU or the machine ran out of memory."""

    code = "out_of_memory"
    default_message = "The machine ran out of memory."
    default_hint = (
        "Close other programs that use the GPU or choose a smaller speech model (WHISPER_MODEL), then try again."
    )
    retryable = True


class WorkerLost(PipelineError):
    """The job lost its worker too often without getting on."""

    code = "worker_lost"
    default_message = "The worker stopped three times on this recording. Finished work is kept."
    default_hint = "Try again. If it stops again, the worker's log has the details."
    retryable = True


class StageTimeout(PipelineError):
    """A stage took much longer than expected."""

    code = "timeout"
    default_message = "This took much longer than expected and was stopped."
    default_hint = "Try again. Finished work is kept."
    retryable = True


class OllamaUnreachable(PipelineError):
    """Ollama did not answer."""

    code = "ollama_unreachable"
    default_message = "The summary was put together from quotes, because Ollama did not answer."
    default_hint = "Start Ollama, or set OLLAMA_HOST to where it runs, then write the recap again."
    retryable = True


class OllamaModelMissing(PipelineError):
    """Ollama is running but does not have the model."""

    code = "ollama_model_missing"
    default_message = "The summary was put together from quotes, because Ollama has no model for it."
    default_hint = (
        "Import one with `flask import-ollama-models`, or name one in OLLAMA_MODEL, then write the recap again."
    )
    retryable = True


class DiarizationMissing(PipelineError):
    """Diarization is not available, so the transcript has no speakers."""

    code = "diarization_missing"
    default_message = "The speakers were not identified. The transcript is complete."
    default_hint = "Install the speaker model with `flask models pull diarization`, then try again."
    retryable = True


class Cancelled(PipelineError):
    """This worker no longer owns the job: it was cancelled, deleted, taken over, or released at a shutdown."""

    code = "cancelled"
    default_message = "The job was stopped."
    default_hint = "Try again to continue from where it stopped."
    retryable = True


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an engine's error means that memory ran out."""
    told = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in told or "failed to allocate memory" in told


def no_speech() -> Notice:
    """The warning for a recording without speech."""
    return Notice(
        "no_speech",
        "Nobody speaks in this recording, so the transcript is empty.",
        "Check that the microphone was on. If somebody does speak, the sound may be too quiet.",
    )


def truncated(decoded_seconds: float) -> Notice:
    """The warning for a file that is cut off; `decoded_seconds` is the length that could be read."""
    return Notice(
        "truncated",
        f"The file is cut off: only the first {decoded_seconds:.0f} s could be read.",
        "If the original is longer, copy it from the recorder and upload it again.",
    )
