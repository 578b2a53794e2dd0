"""The supervisor with real processes and real signals."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.helpers import wait_until
from support.running_launcher import Running, child, is_alive, starter

Start = Callable[..., Running]
HOUSE = [
    child("web", stop_order=1),
    child("gpu", stop_order=3),
    child("cpu", stop_order=3),
    child("beat", stop_order=2),
]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starter(tmp_path) as start:
        yield start


def test_a_child_that_dies_is_restarted_with_a_message(start: Start) -> None:
    running = start(services=[child("web"), child("gpu")])
    running.wait_for_event("started", times=2)
    os.kill(running.pids()[running.events("started").index("gpu started")], signal.SIGKILL)

    running.wait_for_event("gpu started", times=2)

    assert "The gpu part was killed by SIGKILL, possibly for lack of memory; restarting it." in running.screen
    assert running.events("web") == ["web started"]
    assert running.process.poll() is None


def test_three_deaths_within_a_minute_stop_everything_and_show_the_last_lines(start: Start) -> None:
    running = start(services=[child("web"), child("gpu", "fails")])

    assert running.ended() == 1
    assert len(running.events("gpu started")) == 3
    assert "ended with exit code 7, for the third time within a minute. Stopping everything" in running.screen
    assert "Its last lines:\nrealrecap |   gpu is here\nrealrecap |   there is no more paper" in running.screen
    assert not any(map(is_alive, running.pids()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_web_then_beat_then_the_workers_then_redis(start: Start, number: signal.Signals) -> None:
    running = start(broker=[child("redis", stop_order=4)], services=HOUSE)
    running.wait_for_event("started", times=5)

    os.killpg(running.process.pid, number)  # as a terminal does: to the whole foreground group

    assert running.ended() == 0
    stopped = running.events("stopped")
    assert stopped[:2] == ["web stopped", "beat stopped"]
    assert set(stopped[2:4]) == {"gpu stopped", "cpu stopped"}
    assert stopped[4:] == ["redis stopped"]
    assert running.events("interrupted") == []
    assert not any(map(is_alive, running.pids()))


def test_killing_the_supervisor_leaves_no_child(start: Start) -> None:
    running = start(broker=[child("redis")], services=HOUSE)
    running.wait_for_event("started", times=5)

    running.process.kill()

    wait_until(lambda: not any(map(is_alive, running.pids())))
    assert running.events("stopped") == []


def test_a_child_that_ignores_the_signal_is_killed_after_its_time_limit(start: Start) -> None:
    running = start(services=[child("web"), child("gpu", "stubborn", stop_order=1, stop_seconds=0.2)])
    running.wait_for_event("started", times=2)

    running.process.terminate()

    assert running.ended() == 0
    assert "The gpu part did not stop in time and was killed." in running.screen
    assert not any(map(is_alive, running.pids()))


def test_a_later_ctrl_c_does_not_wait_for_a_slow_child(start: Start) -> None:
    running = start(services=[child("gpu", "stubborn", stop_seconds=600)])
    running.wait_for_event("started")

    def is_gone_after_another_signal() -> bool:
        running.process.send_signal(signal.SIGINT)
        return running.process.poll() is not None

    wait_until(is_gone_after_another_signal, 20)

    assert not any(map(is_alive, running.pids()))


def test_descendants_of_a_dead_child_are_killed_before_its_restart(start: Start) -> None:
    running = start(services=[child("web", "family")])
    running.wait_for_event("started")
    offspring = running.pids("offspring")[0]
    os.kill(running.pids()[0], signal.SIGKILL)

    running.wait_for_event("web started", times=2)

    assert not is_alive(offspring)
    running.process.terminate()
    assert running.ended() == 0


def test_services_wait_for_the_preparations(start: Start) -> None:
    running = start(preparations=[child("database", "ends")], services=[child("web")])
    running.wait_for_event("web started")

    assert running.events() == ["database started", "web started"]


def test_a_preparation_that_fails_ends_the_start_with_its_last_lines(start: Start) -> None:
    running = start(broker=[child("redis")], preparations=[child("database", "fails")], services=[child("web")])

    assert running.ended() == 1
    assert "The database part ended with exit code 7, so RealRecap cannot start." in running.screen
    assert "there is no more paper" in running.screen
    assert running.events("web") == []
    assert running.events("redis") == ["redis started", "redis stopped"]


def test_a_missing_program_ends_the_start_and_is_named(start: Start) -> None:
    running = start(services=[child("web"), child("gpu", program="/nowhere/python")])

    assert running.ended() == 1
    assert "The gpu part cannot be started: [Errno 2] No such file or directory: '/nowhere/python'." in running.screen


def test_an_answer_is_shown_once_everything_is_up_and_stored_in_no_file(start: Start) -> None:
    running = start(services=[child("web")], readiness=[child("admin", "answers", "ends", keeps_answer=True)])
    running.wait_for_text("READY")

    assert "only-once" in running.screen.partition("READY")[2]
    running.process.terminate()
    running.ended()
    assert "EARLY" not in running.screen
    logs = [path.read_text() for path in (running.data_dir / "logs").iterdir()]
    assert logs
    assert not any("only-once" in text for text in logs)


def test_an_answer_is_shown_on_exit_if_the_start_is_aborted(start: Start) -> None:
    running = start(
        services=[child("web")],
        readiness=[child("admin", "answers", "ends", keeps_answer=True), child("start")],
    )
    running.wait_for_event("started", times=3)
    wait_until(lambda: not is_alive(running.pids()[running.events("started").index("admin started")]))

    running.process.terminate()

    assert running.ended() == 0
    assert "only-once" in running.screen.partition("EARLY")[2]


def test_lines_are_prefixed_with_the_child_and_kept_in_its_log(start: Start) -> None:
    running = start(services=[child("web", "escapes")])
    running.wait_for_text("web is here")

    assert "web       | after the long line" in running.screen
    assert "\033" not in running.screen
    kept = (running.data_dir / "logs" / "web.log").read_text().splitlines()
    assert kept[0] == r"a \x1b[31mred\x1b[0m name"
    assert sum(line.count("x") for line in kept[1:]) == 100_000
    assert kept[-1] == "web is here"


def test_a_second_start_on_the_same_folder_is_refused_naming_the_first(start: Start) -> None:
    first = start(services=[child("web")])
    first.wait_for_event("web started")

    second = start(services=[child("web")])

    assert second.ended() == 1
    assert f"RealRecap is already running on {first.data_dir} (process {first.process.pid})." in second.screen
    assert first.process.poll() is None
