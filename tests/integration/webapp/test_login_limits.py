"""How often passwords may be tried, by many at once, with Redis and without it."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from support.own_redis import own_redis
from support.visitors import PASSWORD, log_in

import config
from core.accounts import passwords, users
from core.database.tables import User
from webapp import create_app
from webapp.auth import attempts
from webapp.network import client_network

AT_ONCE = 48


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine many log-ins take longer than half a minute."""
    monkeypatch.setattr(attempts, "WINDOW_SECONDS", 600.0)
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 600.0)


@pytest.fixture
def redis(app: Flask, change_settings: Callable[..., config.Settings], tmp_path: Path) -> Iterator[Redis]:
    """A Redis that the app uses."""
    with own_redis(tmp_path) as client:
        change_settings(REDIS_URL=f"unix://{tmp_path / 'redis.sock'}?db=0")
        yield client


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were checked."""
    seen: list[str] = []
    original = passwords.matches

    def matches(digest: str | None, password: str) -> bool:
        is_right = original(digest, password)  # raises TooBusy: then it was not checked
        seen.append(password)
        return is_right

    monkeypatch.setattr(passwords, "matches", matches)
    return seen


def other_process(app: Flask) -> Flask:
    """The app as another process serves it: it shares nothing but Redis and the database."""
    other = create_app()
    other.config.update(WTF_CSRF_ENABLED=False)
    return other


def try_at_once(apps: list[Flask], forms: list[dict[str, str]], addresses: list[str]) -> Counter[int]:
    """Send all forms at the same moment, each from a thread; the statuses of the answers."""
    together = threading.Barrier(len(forms))

    def try_one(number: int) -> int:
        client = apps[number % len(apps)].test_client()
        together.wait()
        origin = {"REMOTE_ADDR": addresses[number % len(addresses)]}
        return client.post("/login", data=forms[number], environ_overrides=origin).status_code

    with ThreadPoolExecutor(len(forms)) as pool:
        return Counter(pool.map(try_one, range(len(forms))))


def wrong(email: str) -> list[dict[str, str]]:
    return [{"email": email, "password": f"wrong {number}"} for number in range(AT_ONCE)]


def test_of_many_wrong_log_ins_at_once_five_are_tried(
    app: Flask, redis: Redis, alice: User, checked: list[str]
) -> None:
    addresses = [f"192.0.2.{number}" for number in range(AT_ONCE)]
    statuses = try_at_once([app, other_process(app)], wrong(alice.email), addresses)
    assert set(statuses) <= {401, 429}
    assert 1 <= len(checked) == statuses[401] <= attempts.PER_ACCOUNT


def test_without_redis_each_process_holds_the_limit(app: Flask, alice: User, checked: list[str]) -> None:
    statuses = try_at_once([app], wrong(alice.email), ["192.0.2.1"])
    assert set(statuses) <= {401, 429}
    assert 1 <= len(checked) == statuses[401] <= attempts.PER_ACCOUNT


def test_a_redis_that_goes_away_opens_nothing(
    app: Flask, redis: Redis, alice: User, checked: list[str], change_settings: Callable[..., config.Settings]
) -> None:
    try_at_once([app], wrong(alice.email)[:5], ["192.0.2.1"])
    change_settings(REDIS_URL="redis://127.0.0.1:1/0")
    assert try_at_once([app], wrong(alice.email), ["192.0.2.1"]) == {429: AT_ONCE}
    assert len(checked) <= attempts.PER_ACCOUNT


def test_a_full_redis_keeps_nobody_out(app: Flask, redis: Redis, alice: User) -> None:
    redis.config_set("maxmemory", "1")
    log_in(app, alice)


@pytest.mark.parametrize(
    "addresses",
    [["192.0.2.1"], ["::ffff:192.0.2.1", "192.0.2.1"], [f"2001:db8::{number:x}" for number in range(AT_ONCE)], ["?"]],
)
def test_one_network_tries_no_more_passwords_however_many_accounts(
    app: Flask, redis: Redis, checked: list[str], addresses: list[str]
) -> None:
    forms = [{"email": f"user{number}@example.org", "password": "wrong"} for number in range(AT_ONCE)]
    statuses = try_at_once([app], forms, addresses)
    assert len(checked) == statuses[401] <= attempts.PER_NETWORK
    assert statuses[401] + statuses[429] + statuses[503] == AT_ONCE


def test_right_passwords_at_once_are_given_back(app: Flask, redis: Redis, alice: User) -> None:
    for _ in range(4):
        forms = [{"email": alice.email, "password": PASSWORD}] * 4
        assert try_at_once([app], forms, ["192.0.2.1"]) == {302: 4}
    assert redis.keys("attempts:*") == []


def test_a_refused_account_does_not_use_up_its_network(app: Flask, redis: Redis, alice: User, charlie: User) -> None:
    try_at_once([app], wrong(alice.email), ["192.0.2.1"])
    answer = app.test_client().post(
        "/login", data={"email": charlie.email, "password": PASSWORD}, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}
    )
    assert answer.status_code == 302


def test_the_password_of_a_session_left_open_is_not_guessed_either(
    app: Flask, redis: Redis, alice: User, checked: list[str]
) -> None:
    client = log_in(app, alice)
    checked.clear()
    forms = [{"current": f"wrong {number}", "new": "another long password"} for number in range(12)]
    statuses = Counter(client.post("/account/password", data=form).status_code for form in forms)
    assert statuses == {422: attempts.PER_ACCOUNT, 429: 12 - attempts.PER_ACCOUNT}
    assert len(checked) == attempts.PER_ACCOUNT


def test_few_passwords_are_hashed_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hash takes 64 MiB."""
    running, most, lock = 0, 0, threading.Lock()
    hasher = passwords._hasher()

    class Watched:
        def verify(self, digest: str, password: str) -> bool:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                return hasher.verify(digest, password)
            finally:
                with lock:
                    running -= 1

    passwords._decoy_digest()
    monkeypatch.setattr(passwords, "_hasher", Watched)
    with ThreadPoolExecutor(passwords.AT_ONCE + passwords.WAITING) as pool:
        assert list(pool.map(lambda _: users.check_password("nobody@example.org", "x"), range(16))) == [None] * 16
    assert 1 <= most <= passwords.AT_ONCE


def test_who_waits_too_long_for_a_password_check_is_told_so_and_not_counted(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0.01)
    for _ in range(passwords.AT_ONCE):
        passwords._places.acquire()
    try:
        for _ in range(attempts.PER_ACCOUNT + 1):
            answer = app.test_client().post("/login", data={"email": alice.email, "password": PASSWORD})
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == str(passwords.TooBusy.wait_seconds)
            assert "Too many people are logging in" in answer.text
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._places.release()
    log_in(app, alice)


TYPED = ("my secret password", "line\nERROR forged", "\x1b[2J\x1b[31m", "a\u2028b\u202ec\x85", "x" * 5000)


@pytest.mark.parametrize("typed", TYPED)
def test_nothing_typed_at_the_log_in_reaches_a_log_or_redis(
    app: Flask, redis: Redis, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(attempts.PER_ACCOUNT + 2):
        answer = app.test_client().post("/login", data={"email": typed, "password": typed})
        assert answer.status_code in (401, 429)
    assert typed.strip() not in caplog.text
    kept = b"".join(redis.keys("*")) + b"".join(b"".join(redis.zrange(key, 0, -1)) for key in redis.keys("attempts:*"))
    assert kept
    assert typed.encode() not in kept


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7:4711", "192.0.2.7/32"), ("[2001:db8::1]:4711", "2001:db8::/64"), ("1:2", "unknown"),
        ("fe80::1%eth0", "fe80::/64"), ("", "unknown"), (None, "unknown"), ("my password", "unknown"),
    ],
)  # fmt: skip
def test_the_network_of_an_address(address: str | None, network: str) -> None:
    assert client_network(address) == network
