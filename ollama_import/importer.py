"""Imports models into Ollama from a folder of Modelfiles and weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_chain, wait_fixed

from ollama_import.comparison import same_weights, text_differences, weights_key
from ollama_import.errors import ImportProblem, describe_failure
from ollama_import.form_notes import describe_form
from ollama_import.import_cache import ImportCache
from ollama_import.import_client import ImportClient
from ollama_import.plan import QUANTIZABLE, ImportPlan, WeightFile, bases_first, make_plan
from ollama_import.sources import ModelSource, find_duplicates
from ollama_import.versions import CREATE_VERSION, is_older, read_version
from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused
from pipeline.ollama.model_info import InstalledModel, ModelInfo
from pipeline.ollama.model_names import name_key

OnProgress = Callable[[str, str, int, int], None]
"""Called with the model, the activity ("sending model.gguf"), the bytes done and the total, 0 if not counted."""
RETRY_SECONDS = (1.0, 5.0, 15.0)
TRANSIENT_STATUSES = (429, 502, 503, 504)
"""Statuses of busy servers and their proxies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """`force` overwrites models, `dry_run` changes nothing, `chat` tests each new model, `quantize` applies to all."""

    force: bool = False
    dry_run: bool = False
    chat: bool = True
    quantize: str | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome for one model, and why. Bytes: `size` of the model, `sent` what was or would be sent."""

    name: str
    outcome: Literal["imported", "skipped", "failed", "planned"]
    reason: str = ""
    size: int = 0
    sent: int = 0


def _ignore(model: str, doing: str, done: int, total: int) -> None:
    """Ignore the progress."""


class Importer:
    """Imports models into one server.

    `cache` avoids hashing files again. `chat_obstacle` returns why no chat may be tried now (a job needs the GPU), else
    None.
    """

    def __init__(
        self,
        client: ImportClient,
        options: ImportOptions,
        *,
        cache: ImportCache | None = None,
        on_progress: OnProgress = _ignore,
        chat_obstacle: Callable[[], str | None] = lambda: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._options = options
        self._cache = cache or ImportCache(None)
        self._on_progress = on_progress
        self._chat_obstacle = chat_obstacle
        self._pause = pause
        self._version = ""
        self._coming: set[str] = set()
        self._promised: set[str] = set()

    def run(self, sources: Sequence[ModelSource]) -> Iterator[ImportResult]:
        """Check all files, then send one model after another. A problem with a model is in its result.

        Raises OllamaUnreachable or OllamaRefused before anything is read, if the server does not answer, is too old or
        is not Ollama.
        """
        self._version = self._client.version()
        if is_older(self._version, CREATE_VERSION):
            raise OllamaRefused(
                f"version {self._version} is too old to import models, {CREATE_VERSION} or later is needed"
            )
        duplicates = find_duplicates(sources)
        plans = []
        for source in sources:
            try:
                if source.place in duplicates:
                    raise ImportProblem(duplicates[source.place])
                plans.append(make_plan(source, self._options.quantize))
            except (ImportProblem, OSError) as error:
                yield ImportResult(source.name, "failed", describe_failure(error))
        self._coming = {name_key(plan.name) for plan in plans}
        for plan in bases_first(plans):
            yield self._import(plan)

    def _import(self, plan: ImportPlan) -> ImportResult:
        try:
            installed = self._client.find(plan.name)
            if installed and not self._options.force:
                return self._compare(plan, installed)
            return self._bring(plan)
        except (ImportProblem, OllamaRefused, OllamaUnreachable, OllamaModelMissing, OSError) as error:
            self._coming.discard(name_key(plan.name))
            return ImportResult(plan.name, "failed", describe_failure(error), plan.size)

    def _compare(self, plan: ImportPlan, installed: InstalledModel) -> ImportResult:
        """A model of that name exists: report whether it is this one."""
        base = self._client.find(plan.base) if plan.base else None
        if plan.base and base is None:
            reason = f"already there; not compared, because Ollama no longer has {plan.base}"
            return ImportResult(plan.name, "skipped", reason, installed.size)
        card = self._client.show(installed.name)
        differs = text_differences(plan, card, self._client.show(base.name) if base else None)
        made_of = self._cache.imported_weights(self._client.host, name_key(plan.name), installed.digest)
        same = same_weights(plan, card, installed, self._version, made_of, lambda path: self._digest(plan, path))
        if same is False:
            differs.insert(0, "weights")
        if differs:
            return ImportResult(plan.name, "skipped", f"differs ({', '.join(differs)}), use --force", installed.size)
        untested = made_of is not None and not self._cache.has_answered(self._client.host, name_key(plan.name))
        if untested and self._options.chat and not self._options.dry_run:
            return self._test_model(plan, card, installed, "already there")
        unsure = "its weights can be compared by kind and number only" if same is None else ""
        notes = ["already there", unsure, describe_form(plan, card)]
        return ImportResult(plan.name, "skipped", "; ".join(filter(None, notes)), installed.size)

    def _bring(self, plan: ImportPlan) -> ImportResult:
        base = self._find_base(plan)
        if plan.modelfile.requires and is_older(self._version, read_version(plan.modelfile.requires)):
            raise ImportProblem(f"it requires Ollama {plan.modelfile.requires}; this is {self._version}")
        digests = {one.path: self._digest(plan, one.path) for one in plan.files}
        missing = [one for one in plan.files if not self._client.has_blob(digests[one.path])]
        if self._options.dry_run:
            fresh = {digests[one.path]: one.size for one in missing if digests[one.path] not in self._promised}
            self._promised |= fresh.keys()
            return ImportResult(plan.name, "planned", plan.notes, plan.size, sum(fresh.values()))
        for one in missing:
            self._send(plan, one, digests[one.path])
        made = self._create(plan, digests)
        return self._check(made, base, weights_key(plan, digests), sum(one.size for one in missing))

    def _create(self, plan: ImportPlan, digests: dict[Path, str]) -> ImportPlan:
        """Create the model, and once more with a template of ours if Ollama took none; returns what was sent."""
        self._client.create(plan.body(digests), lambda *status: self._on_progress(plan.name, *status))
        form = plan.known_format
        if form is None:
            return plan
        card = self._client.show(plan.name)
        if card.has_chat_form or not card.can_chat:
            return plan
        given = plan.with_format(form)
        self._client.create(given.body(digests), lambda *status: self._on_progress(plan.name, *status))
        return given

    def _find_base(self, plan: ImportPlan) -> ModelInfo | None:
        """The server's model that this one is based on. Ollama would look for a missing one on the Internet."""
        if plan.base is None:
            return None
        found = self._client.find(plan.base)
        if found is None:
            if self._options.dry_run and name_key(plan.base) in self._coming:
                return None
            raise ImportProblem(
                f"Ollama has no model {plan.base}, which FROM names; get it with ollama pull {plan.base}"
            )
        card = self._client.show(found.name)
        if plan.quantize and card.quantization not in ("", "unknown", *QUANTIZABLE):
            raise ImportProblem(f"{plan.base} is in {card.quantization} already and cannot be quantized")
        return card

    def _digest(self, plan: ImportPlan, path: Path) -> str:
        doing = f"hashing {path.name}"
        return self._cache.digest(path, lambda done, total: self._on_progress(plan.name, doing, done, total))

    def _send(self, plan: ImportPlan, file: WeightFile, digest: str) -> None:
        """Send a file, again after the connection breaks. Ollama keeps whole files only, so each try starts over."""

        def announce(state: RetryCallState) -> None:
            doing = f"the connection broke, trying again in {state.upcoming_sleep:.0f} s"
            self._on_progress(plan.name, doing, 0, 0)

        retries = Retrying(
            retry=retry_if_exception(_is_transient),
            wait=wait_chain(*map(wait_fixed, RETRY_SECONDS)),
            stop=stop_after_attempt(len(RETRY_SECONDS) + 1),
            before_sleep=announce,
            sleep=self._pause,
            reraise=True,
        )
        try:
            retries(
                self._client.upload_blob,
                file.path,
                digest,
                lambda *done: self._on_progress(plan.name, f"sending {file.path.name}", *done),
            )
        except OllamaRefused as error:
            if "digest mismatch" not in error.message:
                raise
            self._cache.forget(file.path)
            raise ImportProblem(f"{file.path} changed while it was sent; run this again") from error

    def _check(self, plan: ImportPlan, base: ModelInfo | None, made_of: dict[str, str], sent: int) -> ImportResult:
        """Check that the created model is what was sent, and that it answers."""
        installed = self._client.find(plan.name)
        if installed is None:
            raise ImportProblem("Ollama reports success, but does not list the model")
        self._cache.store_import(self._client.host, name_key(plan.name), installed.digest, made_of)
        card = self._client.show(installed.name)
        differs = text_differences(plan, card, base)
        if differs:
            problem = f"made, but Ollama {self._version} did not keep what was sent as {', '.join(differs)}"
            return ImportResult(plan.name, "failed", problem, installed.size, sent)
        if not self._options.chat:
            notes = "; ".join(filter(None, (plan.notes, describe_form(plan, card))))
            return ImportResult(plan.name, "imported", notes, installed.size, sent)
        return self._test_model(plan, card, installed, "made", sent)

    def _test_model(
        self,
        plan: ImportPlan,
        card: ModelInfo,
        installed: InstalledModel,
        state: Literal["made", "already there"],
        sent: int = 0,
    ) -> ImportResult:
        """Test the model with a chat. If that is not possible now, or fails, the next import tests it again."""
        try:
            note = self._chat(plan, card)
        except (OllamaRefused, OllamaUnreachable) as error:
            why = error.message if isinstance(error, OllamaRefused) else "it gives no answer"
            problem = f"{state}, but a chat with it fails: {why}"
            return ImportResult(plan.name, "failed", problem, installed.size, sent)
        outcome: Literal["imported", "skipped"] = "imported" if state == "made" else "skipped"
        notes = [plan.notes if state == "made" else state, describe_form(plan, card), note]
        return ImportResult(plan.name, outcome, "; ".join(filter(None, notes)), installed.size, sent)

    def _chat(self, plan: ImportPlan, card: ModelInfo) -> str:
        """Try a chat; returns the result in words."""
        obstacle = self._chat_obstacle() if card.can_chat else None
        if obstacle:
            return f"no chat tried: {obstacle}"
        obeys = True
        if card.can_chat:
            self._on_progress(plan.name, "trying a chat", 0, 0)
            obeys = self._client.try_chat(plan.name, can_think=card.can_think)
        if card.has_chat_form and not obeys:
            return "it answers, but not as its system message asks: recaps may be poor"
        self._cache.store_success(self._client.host, name_key(plan.name))
        if not card.can_chat:
            return "no chat tried: it is an embedding model"
        return "it obeys its system message" if card.has_chat_form else ""


def _is_transient(error: BaseException) -> bool:
    """Whether a broken upload can succeed at the next try."""
    if isinstance(error, OllamaRefused):
        return error.status in TRANSIENT_STATUSES and "digest mismatch" not in error.message
    return isinstance(error, OllamaUnreachable)
