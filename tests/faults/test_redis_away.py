"""Redis is stopped, emptied, restarted or frozen while recordings are uploaded and processed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from chaos.invariants import check_invariants
from chaos.testbed import Testbed
from chaos.unique_samples import unique_sample
from chaos.waiting import wait_until
from core.accounts import api_keys
from core.database.tables import Status

pytestmark = pytest.mark.speech

#: The longest an upload of a third of a megabyte may take on a busy machine; usually it takes under a tenth of this.
QUICK_SECONDS = 5.0


@pytest.fixture
def api(testbed: Testbed) -> Iterator[httpx.Client]:
    """A client of the API."""
    testbed.start("web")
    key = api_keys.create_api_key(testbed.owner, "faults")
    with httpx.Client(base_url=f"http://127.0.0.1:{testbed.web_port}/api/v1", timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        client.get("/recordings").raise_for_status()
        yield client


def send(api: httpx.Client) -> tuple[str, float]:
    """Upload a recording; return its id and the seconds it took."""
    began = time.monotonic()
    answer = api.post("/recordings", files={"file": ("talk.wav", unique_sample("ten-seconds.wav"))})
    took = time.monotonic() - began
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], took


def test_an_upload_without_redis_is_quick_and_processed_later(testbed: Testbed, api: httpx.Client) -> None:
    testbed["redis"].signal(signal.SIGSTOP)
    while_frozen, took_frozen = send(api)
    testbed["redis"].kill()
    while_gone, took_gone = send(api)
    assert max(took_frozen, took_gone) < QUICK_SECONDS
    assert {testbed.job(id).status for id in (while_frozen, while_gone)} == {Status.QUEUED}
    testbed.start("redis")
    testbed.wait_final(while_frozen, while_gone)
    assert check_invariants(testbed, [while_frozen, while_gone], kills=0).violations == []


def test_redis_frozen_during_an_upload_does_not_delay_it(testbed: Testbed, api: httpx.Client) -> None:
    content = unique_sample("ten-seconds.wav")
    head = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="talk.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n"
    )  # fmt: skip

    def body() -> Iterator[bytes]:
        yield head + content[:1000]
        testbed["redis"].signal(signal.SIGSTOP)
        yield content[1000:] + b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(len(head + content) + 9)}
    began = time.monotonic()
    answer = api.post("/recordings", content=body(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert time.monotonic() - began < QUICK_SECONDS
    testbed.restore("redis")
    testbed.wait_final(answer.json()["id"])
    assert check_invariants(testbed, [answer.json()["id"]], kills=0).violations == []


@pytest.mark.parametrize("fault", ["emptied", "restarted", "frozen", "restarted empty"])
def test_a_running_step_finishes_whatever_happens_to_redis(testbed: Testbed, fault: str) -> None:
    recording_id = testbed.upload(unique_sample("ten-seconds.wav"))
    testbed.failpoints.arm("decode_batch", "freeze")
    testbed.notify("cpu")
    testbed.wait_holder(recording_id)
    {"emptied": testbed.redis.flushall, "frozen": lambda: testbed["redis"].signal(signal.SIGSTOP)}.get(
        fault, testbed["redis"].kill
    )()
    if fault == "restarted empty":
        for file in (testbed.folder / "redis" / "appendonlydir").iterdir():
            file.unlink()
    testbed["w"].signal_group(signal.SIGCONT)
    wait_until(
        lambda: testbed.failpoints.hits("advance:after", recording_id) == 2,
        60,
        "the transcription step ends",
        testbed.log_tails,
    )
    testbed.restore("redis")
    testbed.wait_final(recording_id)
    assert testbed.job(recording_id).status == Status.DONE
    assert testbed["w"].is_alive
    assert check_invariants(testbed, [recording_id], kills=1).violations == []
