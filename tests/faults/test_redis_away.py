"""Redis stopped, emptied, restarted or frozen while recordings arrive and while they are worked on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from chaos.checks import check
from chaos.rig import Rig, fresh, until
from core.accounts import api_keys
from core.database.tables import Status

pytestmark = pytest.mark.speech

#: What an upload of a third of a megabyte may take, whatever Redis does, on a busy machine; usually under a tenth.
QUICK_SECONDS = 5.0


@pytest.fixture
def api(rig: Rig) -> Iterator[httpx.Client]:
    """The API, as a program uses it."""
    rig.start("web")
    key = api_keys.create_api_key(rig.owner, "faults")
    with httpx.Client(base_url=f"http://127.0.0.1:{rig.web_port}/api/v1", timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        client.get("/recordings").raise_for_status()
        yield client


def send(api: httpx.Client) -> tuple[str, float]:
    """Upload a recording; its id and the seconds it took."""
    began = time.monotonic()
    answer = api.post("/recordings", files={"file": ("talk.wav", fresh("ten-seconds.wav"))})
    took = time.monotonic() - began
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], took


def test_an_upload_is_quick_and_done_later_whatever_redis_does(rig: Rig, api: httpx.Client) -> None:
    rig["redis"].signal(signal.SIGSTOP)
    while_frozen, took_frozen = send(api)
    rig["redis"].kill()
    while_gone, took_gone = send(api)
    assert max(took_frozen, took_gone) < QUICK_SECONDS
    assert {rig.job(id).status for id in (while_frozen, while_gone)} == {Status.QUEUED}
    rig.start("redis")
    rig.wait_final(while_frozen, while_gone)
    assert check(rig, [while_frozen, while_gone], kills=0).wrong == []


def test_redis_frozen_in_the_middle_of_an_upload_holds_nothing_up(rig: Rig, api: httpx.Client) -> None:
    content = fresh("ten-seconds.wav")
    head = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="talk.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n"
    )  # fmt: skip

    def body() -> Iterator[bytes]:
        yield head + content[:1000]
        rig["redis"].signal(signal.SIGSTOP)
        yield content[1000:] + b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(len(head + content) + 9)}
    began = time.monotonic()
    answer = api.post("/recordings", content=body(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert time.monotonic() - began < QUICK_SECONDS
    rig.mend("redis")
    rig.wait_final(answer.json()["id"])
    assert check(rig, [answer.json()["id"]], kills=0).wrong == []


@pytest.mark.parametrize("fault", ["emptied", "restarted", "frozen", "restarted empty"])
def test_a_job_at_work_goes_on_whatever_redis_does(rig: Rig, fault: str) -> None:
    recording_id = rig.upload(fresh("ten-seconds.wav"))
    rig.arm("hear", "freeze")
    rig.nudge("cpu")
    until(lambda: not rig.armed(), 60, "the worker hears", rig.tell)
    holder = rig.holder(recording_id)
    assert holder is not None
    {"emptied": rig.redis.flushall, "frozen": lambda: rig["redis"].signal(signal.SIGSTOP)}.get(
        fault, rig["redis"].kill
    )()
    if fault == "restarted empty":
        for file in (rig.folder / "redis" / "appendonlydir").iterdir():
            file.unlink()
    rig["w"].signal_group(signal.SIGCONT)
    until(lambda: rig.passed("advance:after", recording_id) == 2, 60, "the recap is made", rig.tell)
    rig.mend("redis")
    rig.wait_final(recording_id)
    assert rig.job(recording_id).status == Status.DONE
    assert rig["w"].lives
    assert check(rig, [recording_id], kills=1).wrong == []
