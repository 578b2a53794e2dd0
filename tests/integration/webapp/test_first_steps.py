"""The page of first steps: who is led there, what it says, and when its banner goes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.helpers import free_port, wait_until
from support.ollama_server import OllamaServer
from support.visitors import PASSWORD, log_in

import config
from core import worker_register
from core.accounts import first_steps, users
from core.clock import utc_now
from core.database.tables import User
from core.retention import account_deletion
from core.worker_register import WorkerModels
from webapp import create_app
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.first_steps import ollama_checker
from webapp.first_steps.ollama_checker import OllamaChecker

PAGE = "/admin/first-steps"
LEFT = "The set-up is not finished."
Change = Callable[..., config.Settings]


@pytest.fixture
def admins(app: Flask, admin: User) -> FlaskClient:
    """The browser of an administrator."""
    return log_in(app, admin)


def work(**models: object) -> None:
    """A GPU worker reports its models."""
    worker_register.report("gpu-1", ("gpu", "llm"), "GPU", WorkerModels(**models), utc_now())  # type: ignore[arg-type]


def work_with_all() -> None:
    """A GPU worker reports real models and one of Ollama."""
    work(whisper="faster-whisper-small", diarization="x", language_models=("recap",), default_language_model="recap")


def try_to_log_in(app: Flask, user: User, **form: str) -> str:
    form = {"email": user.email, "password": PASSWORD} | form
    return app.test_client().post("/login", data=form).headers["Location"]


def test_the_first_log_in_leads_an_administrator_there_once(app: Flask, admin: User, alice: User) -> None:
    assert try_to_log_in(app, alice) == "/"
    assert try_to_log_in(app, admin, next="/account") == "/account"
    assert try_to_log_in(app, admin) == PAGE
    assert try_to_log_in(app, admin) == "/"


def test_the_first_password_leads_there_too(app: Flask) -> None:
    user = users.create_user("new@example.org", PASSWORD, is_admin=True, must_change_password=True)
    client = log_in(app, user)
    answer = client.post("/login/password", data={"new": "quite another password"})
    assert answer.headers["Location"] == PAGE
    assert client.get(PAGE).status_code == 200


def test_nobody_is_led_where_nothing_is_missing(app: Flask, admin: User) -> None:
    work_with_all()
    assert try_to_log_in(app, admin) == "/"


def test_below_a_path_nothing_leads_out_of_it(admin: User, settings_of: Change) -> None:
    settings_of(SCRIPT_NAME="/recap", SECRET_KEY="0123456789abcdef0123456789abcdef")
    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answer = client.post("/recap/login", data={"email": admin.email, "password": PASSWORD})
    assert answer.headers["Location"] == f"/recap{PAGE}"
    page = client.get(f"/recap{PAGE}").text
    links = re.findall(r'(?:href|src|action)="(/[^"]*)', page)
    assert [each for each in links if not each.startswith("/recap/")] == []
    assert f"/recap{PAGE}/done" in links
    assert client.post(f"/recap{PAGE}/done").headers["Location"] == "/recap/"


def test_users_see_neither_page_nor_banner(browser: FlaskClient) -> None:
    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}/done").status_code == 403
    assert PAGE not in browser.get("/").text
    assert LEFT not in browser.get("/").text


def test_each_step_says_what_doctor_says_and_what_mends_it(admins: FlaskClient, change_settings: Change) -> None:
    settings = change_settings(HOST="0.0.0.0", SECRET_KEY="0123456789abcdef0123456789abcdef")  # noqa: S104
    page = admins.get(PAGE).text
    assert "Speech models: whisper-demo-en (no other is installed)" in page
    assert "Install real models with <code>flask models pull</code>." in page
    assert 'href="/admin/models"' in page
    assert f"Ollama: {settings.ollama_name} does not answer" in page
    assert "<code>flask import-ollama-models FOLDER</code>" in page
    assert "Address: the site listens on 0.0.0.0 without PUBLIC_URL" in page
    assert "signed, also over http" in page
    assert "RealRecap sends no mail" in page
    assert "<code>flask change-email --email admin@example.org --to ADDRESS</code>" in page
    assert "Left to do: Speech models, Ollama, Address." in page


def test_the_banner_names_what_is_left_and_goes_when_it_is_mended(
    admins: FlaskClient, ollama: OllamaServer, change_settings: Change
) -> None:
    work(problem="There is no model.", hint="Install one.")
    assert f"{LEFT}</strong> Left to do: Speech models, Ollama." in admins.get("/account").text
    change_settings(OLLAMA_HOST=ollama.host, OLLAMA_NUM_CTX="16384")
    work_with_all()
    assert LEFT not in admins.get("/account").text
    page = admins.get(PAGE).text
    assert "Nothing is left to do." in page
    assert "recap:latest, 1.0 kB" in page
    assert "/skip" not in page


def test_demo_models_have_one_banner_which_leads_to_the_first_steps(admins: FlaskClient) -> None:
    work(whisper="whisper-demo-en", is_demo=True)
    page = admins.get("/account").text
    assert page.count('class="banner"') == 1
    assert f'<a href="{PAGE}">First steps</a></p>' in page
    admins.post(f"{PAGE}/done")
    assert '<a href="/admin/models">Install real models</a>' in admins.get("/account").text


def test_a_skipped_step_is_not_left_until_it_is_taken_up_again(admins: FlaskClient) -> None:
    work(problem="There is no model.", hint="Install one.")
    assert admins.post(f"{PAGE}/models/skip").headers["Location"] == f"{PAGE}#models"
    assert "Left to do: Ollama." in admins.get("/account").text
    assert "skipped" in admins.get(PAGE).text
    admins.post(f"{PAGE}/models/resume")
    assert "Left to do: Speech models, Ollama." in admins.get("/account").text
    assert admins.post(f"{PAGE}/nonsense/skip").status_code == 404


def test_done_removes_the_banner_for_this_administrator_alone(app: Flask, admins: FlaskClient, admin: User) -> None:
    other = users.create_user("other@example.org", PASSWORD, is_admin=True)
    assert admins.post(f"{PAGE}/done").headers["Location"] == "/"
    assert LEFT not in admins.get("/account").text
    assert LEFT in log_in(app, other).get("/account").text
    assert try_to_log_in(app, admin) == "/"
    account_deletion.remove_user(admin.id, utc_now())
    assert not first_steps.was_shown(admin.id)


@pytest.mark.usefixtures("any_database")
def test_what_was_skipped_is_kept_in_either_database() -> None:
    user = users.create_user("admin@example.org", None, is_admin=True)
    assert not first_steps.was_shown(user.id)
    first_steps.note_shown(user.id)
    assert first_steps.was_shown(user.id)
    assert first_steps.skipped_steps(user.id) == set()
    first_steps.skip(user.id, ["models", "mail"])
    first_steps.resume(user.id, "mail")
    first_steps.note_shown(user.id)
    assert first_steps.skipped_steps(user.id) == {"models"}


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Ollama accepts a call and answers once the event is set."""
    answers = Event()

    def check(_: config.Settings) -> Iterator[CheckResult]:
        answers.wait(30)
        yield check_result.ok("ollama", "answers after all")

    monkeypatch.setattr(ollama_checker, "check_ollama", check)
    yield answers
    answers.set()


def test_the_page_does_not_wait_for_an_ollama_that_hangs(admins: FlaskClient, stuck: Event) -> None:
    started = time.monotonic()
    page = admins.get(PAGE).text
    assert time.monotonic() - started < 15
    assert "has not answered within 2 s" in page
    assert "Check again in a moment." in page
    stuck.set()
    assert "answers after all" in admins.get(PAGE).text


def test_a_late_result_is_for_the_next_who_asks_and_then_forgotten(data_dir: object, stuck: Event) -> None:
    checker, settings = OllamaChecker(), config.load()
    assert checker.check(settings, 0.01)[0].level == "warning"
    pending = checker._pending
    assert checker.check(settings, 0.01)[0].level == "warning"
    assert checker._pending is pending  # one check at a time
    stuck.set()
    assert pending is not None
    wait_until(pending.done)
    assert checker.check(settings, 0.0)[0].state == "answers after all"
    assert checker._pending is None


def test_a_result_that_nobody_fetched_in_time_is_thrown_away(
    data_dir: object, stuck: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = OllamaChecker()
    checker.check(config.load(), 0.01)
    stuck.set()
    old = checker._pending
    assert old is not None
    wait_until(old.done)
    monkeypatch.setattr(ollama_checker, "STALE_SECONDS", -1.0)
    monkeypatch.setattr(ollama_checker, "check_ollama", lambda _: [check_result.ok("ollama", "new")])
    assert checker.check(config.load(), 30)[0].state == "new"


def test_a_check_that_breaks_is_no_result(data_dir: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_: config.Settings) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ollama_checker, "check_ollama", check)
    checker = OllamaChecker()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            checker.check(config.load(), 30)


def test_the_checker_speaks_of_a_real_ollama(sqlite: str, ollama: OllamaServer, settings_of: Change) -> None:
    found = OllamaChecker().check(settings_of(OLLAMA_HOST=ollama.host), 30)
    assert found[0].state == f"{ollama.host}, version 0.12.6"
    gone = OllamaChecker().check(settings_of(OLLAMA_HOST=f"http://127.0.0.1:{free_port()}"), 30)
    assert gone[0].level == "warning"
