"""Step `listen`: from the samples to the transcript. Finds speech, recognises words and identifies the speakers."""

from __future__ import annotations

from dataclasses import replace

from pipeline.catalogue import CHANNELS_SUFFIX
from pipeline.channels.fold import fold_spans
from pipeline.channels.line import Line
from pipeline.decode.limits import DecodeLimits
from pipeline.errors import no_speech, truncated
from pipeline.faint_speech import faint_speech
from pipeline.numbers.find import write_numbers
from pipeline.recap import Source, Transcript
from pipeline.recognizer import Recognizer, TranscribeOptions
from pipeline.request import Audio, Engine, Engines
from pipeline.results import SavedBatches, make_key
from pipeline.running_gain import Evened
from pipeline.samples import Samples, StoredSamples
from pipeline.sentence_borders import join_borders
from pipeline.separate_channels import separate_notice
from pipeline.spoken_languages import SpokenLanguages, find_languages
from pipeline.steps.context import StepContext
from pipeline.steps.coverage import measure_coverage
from pipeline.steps.listen_result import ListenResult, store_listen_result
from pipeline.steps.prepare import prepare
from pipeline.steps.speakers import Heard, identify_speakers, samples_key
from pipeline.tracks import tracks_notice
from pipeline.transcribe import Transcription, transcribe
from pipeline.vocabulary.entries import terms_of
from pipeline.vocabulary.spelling import list_spellings, spell_transcript
from pipeline.voice_activity import VoiceActivity, VoiceActivityOptions, detect_voice_activity


def listen(context: StepContext, engines: Engines, limits: DecodeLimits) -> ListenResult:
    """Transcribe a recording and identify its speakers; decodes the upload again where its samples are gone."""
    audio = prepare(context, limits)
    duration = audio.info.duration_seconds
    samples = _open_samples(context, audio)
    line = samples if isinstance(samples, Line) else None
    notices = list(engines.notices)
    if audio.info.truncated:
        notices.append(truncated(duration))
    notices += filter(
        None, [tracks_notice(audio.info.tracks), separate_notice(audio.info.separate, context.request.channels)]
    )
    speech, words, words_key = _transcribe(context, samples, engines)
    words = replace(words, windows=join_borders(words.windows, words.language))
    if not any(text.phrases for text in words.windows):
        notices.append(no_speech())
    if speech.windows:
        notices += filter(None, [faint_speech(audio.info)])
    transcript_key, transcript = identify_speakers(
        context, samples, engines, Heard(duration, speech, words, words_key), notices
    )
    if context.vocabulary:
        transcript_key, transcript = _spell(context, transcript, transcript_key)
    spans = fold_spans(speech.spans, line) if line is not None else speech.spans
    result = ListenResult(
        transcript=write_numbers(transcript),
        transcript_key=transcript_key,
        source=_source(context, audio),
        coverage=measure_coverage(duration, speech, words, line),
        notices=tuple(notices),
        stages=tuple(context.results.reports),
        spans=tuple((round(span.start, 2), round(span.end, 2)) for span in spans),
        vocabulary=context.request.vocabulary,
    )
    store_listen_result(context, result)
    return result


def _open_samples(context: StepContext, audio: Audio) -> Samples:
    """The samples of the recording, or of its channels one after another."""
    separate = audio.info.separate
    path = context.store.find(context.audio_key, CHANNELS_SUFFIX if separate else ".f16")
    if path is None:
        raise FileNotFoundError(f"the samples {context.audio_key} vanished")
    return Line(path, len(separate.numbers)) if separate else StoredSamples(path)


def _transcribe(context: StepContext, samples: Samples, engines: Engines) -> tuple[VoiceActivity, Transcription, str]:
    context.monitor.enter("transcribe")
    known = _known_transcription(context)
    if known is not None:
        return known
    recognizer, engine = engines.recognizer()
    key = samples_key(context, samples)
    samples = samples.even() if isinstance(samples, Line) else Evened(samples)
    options = VoiceActivityOptions(recognizer.window_seconds)
    speech_key, speech = context.results.run(
        "speech", options, "silero", [key], VoiceActivity,
        lambda: detect_voice_activity(samples, options, lambda _: context.monitor.progress(0.0)), None,
    )  # fmt: skip
    words, words_key = _recognize(context, samples, speech, speech_key, recognizer, engine, engines.batch_size)
    return speech, words, words_key


def _known_transcription(context: StepContext) -> tuple[VoiceActivity, Transcription, str] | None:
    """The words that people read already; None where there are none yet, their files are lost, or other terms count."""
    speech_key, words_key = context.request.known_speech or ("", "")
    if not all(key and context.store.find(key, ".json") for key in (speech_key, words_key)):
        return None
    words: Transcription = context.results.read(words_key, Transcription, listed=False)
    if words.terms != terms_of(context.vocabulary):
        return None
    context.monitor.use("speech", speech_key)
    context.monitor.use("transcribe", words_key)
    speech = context.results.read(speech_key, VoiceActivity, listed=False)
    return speech, context.results.read(words_key, Transcription), words_key


def _recognize(
    context: StepContext,
    samples: Samples,
    speech: VoiceActivity,
    speech_key: str,
    recognizer: Recognizer,
    engine: Engine,
    batch_size: int,
) -> tuple[Transcription, str]:
    spoken, inputs = _find_languages(context, samples, speech, speech_key, recognizer, engine, batch_size)
    terms = terms_of(context.vocabulary)
    options = TranscribeOptions(spoken.language, terms=terms)
    key = make_key("transcribe", options.for_key(), engine.identity, inputs)
    batches = SavedBatches(context.store, key, context.monitor)
    used = options if recognizer.takes_hints else replace(options, terms=())

    def compute() -> Transcription:
        texts = transcribe(
            samples, spoken.windows, speech.spans, recognizer, used, batches, batch_size, context.monitor.progress,
            spoken.languages,
        )  # fmt: skip
        return Transcription(spoken.language, spoken.probability, texts, terms)

    def describe(_: Transcription) -> Engine:
        if not used.terms:
            return engine
        count = f"{len(terms):,} {'name or term' if len(terms) == 1 else 'names and terms'}"
        return replace(engine, settings=f"{engine.settings}; {count} as hints where something like them is heard")

    _, words = context.results.run(
        "transcribe", options.for_key(), engine.identity, inputs, Transcription, compute, describe
    )  # fmt: skip
    context.store.drop_parts(key)
    return words, key


def _spell(context: StepContext, transcript: Transcript, transcript_key: str) -> tuple[str, Transcript]:
    """The transcript as the vocabulary spells it, which takes the place of the one as heard."""

    def describe(spelled: Transcript) -> Engine:
        changes, entries = len(list_spellings(spelled)), len(context.vocabulary)
        size = f"{entries:,} {'entry' if entries == 1 else 'entries'}"
        changed = f"{changes:,} {'change' if changes == 1 else 'changes'}, each marked"
        return Engine("", f"Vocabulary of {size}", changed if changes else "nothing to change")

    options = {"vocabulary": context.request.vocabulary}
    key, spelled = context.results.run(
        "spelling", options, "", [transcript_key], Transcript,
        lambda: spell_transcript(transcript, context.vocabulary), describe,
    )  # fmt: skip
    context.monitor.use("transcript", key)
    return key, spelled


def _find_languages(
    context: StepContext,
    samples: Samples,
    speech: VoiceActivity,
    speech_key: str,
    recognizer: Recognizer,
    engine: Engine,
    batch_size: int,
) -> tuple[SpokenLanguages, list[str]]:
    """The language of each window, and the keys of what the windows come from."""
    wanted = context.request.language
    if wanted is not None:
        return SpokenLanguages.only(recognizer.resolve_language(wanted), speech.windows), [speech_key]
    key, found = context.results.run(
        "language", None, engine.identity, [speech_key], SpokenLanguages,
        lambda: find_languages(samples, speech, recognizer, batch_size, lambda: context.monitor.progress(0.0)), None,
    )  # fmt: skip
    return found, [speech_key, key]


def _source(context: StepContext, audio: Audio) -> Source:
    request = context.request
    return Source(
        filename=request.filename,
        container=audio.info.container,
        codec=audio.info.codec,
        size_bytes=request.size_bytes,
        sha256=request.sha256,
        uploaded_at=request.uploaded_at,
        recorded_on=audio.info.recorded_on,
    )
