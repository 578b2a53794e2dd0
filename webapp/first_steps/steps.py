"""The steps, and what is missing in each. Banner and log-in ask for what can be told at once, without Ollama."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

import config
from core import worker_register
from core.accounts import first_steps
from core.clock import utc_now
from core.database.tables import User
from core.jobs.queues import queue_of
from pipeline.catalogue import Step as JobStep
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult, Level
from webapp.cli.doctor_checks import check_speech_models
from webapp.cli.site_checks import check_address, check_cookies

MODELS, OLLAMA, ADDRESS, MAIL = "models", "ollama", "address", "mail"
#: Title of each step, in order.
TITLES = {MODELS: "Speech models", OLLAMA: "Ollama", ADDRESS: "Address", MAIL: "Mail"}


@dataclass(frozen=True, slots=True)
class Step:
    """A step as its page shows it: what `flask doctor` says, and whether this administrator skipped it."""

    name: str
    results: tuple[CheckResult, ...]
    is_skipped: bool

    @property
    def title(self) -> str:
        """Its title."""
        return TITLES[self.name]

    @property
    def level(self) -> Level:
        """The most serious level among its results."""
        return check_result.worst(self.results)

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self.level != "ok" and not self.is_skipped


def list_steps(settings: config.Settings, user: User, of_ollama: tuple[CheckResult, ...]) -> list[Step]:
    """All steps, with the results of a check of Ollama."""
    skipped = first_steps.skipped_steps(user.id)
    results = {MODELS: (check_speech_models(settings),), OLLAMA: of_ollama, ADDRESS: _check_site(settings), MAIL: ()}
    return [Step(name, found, name in skipped) for name, found in results.items()]


def find_open_titles(settings: config.Settings, user: User) -> list[str]:
    """The titles of the steps in which something is left to do; none for users who cannot do it.

    Of Ollama it says what workers report.
    """
    if not user.is_admin:
        return []
    try:
        skipped = first_steps.skipped_steps(user.id)
        return [TITLES[name] for name in TITLES if name not in skipped and _is_missing(name, settings)]
    except SQLAlchemyError:  # the page that reports the missing database asks too
        return []


def must_be_led(settings: config.Settings, user: User) -> bool:
    """Whether this administrator should see the first steps now: for the first time, with something left to do."""
    return bool(find_open_titles(settings, user)) and not first_steps.was_shown(user.id)


def _is_missing(name: str, settings: config.Settings) -> bool:
    if name == MODELS:
        return _has_problem([check_speech_models(settings)])
    if name == ADDRESS:
        return _has_problem(_check_site(settings))
    return name == OLLAMA and _lacks_language_model()


def _has_problem(results: Iterable[CheckResult]) -> bool:
    return check_result.worst(results) != "ok"


def _check_site(settings: config.Settings) -> tuple[CheckResult, ...]:
    return check_address(settings), check_cookies(settings)


def _lacks_language_model() -> bool:
    """Whether the workers that write summaries live, and none reports a model for it."""
    queue = queue_of(JobStep.SUMMARIZE)
    writers = [worker for worker in worker_register.live_workers(utc_now()) if queue in worker.queues]
    return bool(writers) and not any(worker.models.default_language_model for worker in writers)
