"""The product as its user meets it: `make run`, a browser, an upload, a PDF. Ollama is away."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader
from support.helpers import SAMPLES
from support.running_site import Site, start_site, stop_site

pytestmark = pytest.mark.speech

CHROMIUM = shutil.which("chromium")
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: Errors of the demo models when called directly, plus two points: processors round differently, samples differ a lot.
ALLOWED = {
    "standup.wav": (0.081, 0.223, 0.176),
    "council.mp4": (0.132, 0.266, 0.141),
    "phone-call.ogg": (0.016, 0.087, 0.062),
}


@pytest.fixture(scope="module")
def page(site: Site) -> Iterator[object]:
    """A browser page, logged in as the first administrator, who changed the password that the start printed."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(site.url)
        page.get_by_label("E-mail").fill("admin@localhost")
        page.get_by_label("Password", exact=True).fill(site.password)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/login/password*")
        page.get_by_label("New password").fill("four words of length")
        page.get_by_role("button", name="Save and go on").click()
        page.wait_for_url("**/admin/first-steps")  # there are demo models only
        page.get_by_role("button", name="Done").click()
        page.wait_for_url(site.url + "/")
        yield page
        browser.close()


@pytest.fixture(scope="module")
def api(site: Site) -> Iterator[httpx.Client]:
    key = site.flask("create-api-key", "--email", "admin@localhost").stdout.strip()
    with httpx.Client(base_url=site.url + "/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


@pytest.mark.browser
@pytest.mark.parametrize("sample", ALLOWED)
def test_an_upload_in_the_browser_becomes_a_pdf_with_the_right_words_and_speakers(
    sample: str, page: object, site: Site, api: httpx.Client, tmp_path: Path
) -> None:
    page.goto(site.url + "/upload")
    page.locator("input[type=file]:visible, input[data-picker]").first.set_input_files(SAMPLES / sample)
    page.locator("button:visible", has_text="Upload").click()
    page.wait_for_url("**/recordings/*", timeout=120_000)  # the page goes there by itself
    recording = page.url.rpartition("/")[2]
    link = page.get_by_role("link", name="Download PDF").or_(page.get_by_role("button", name="Download PDF"))
    link.first.wait_for(timeout=600_000)
    with page.expect_download() as download:
        link.first.click()
    pdf = tmp_path / "recap.pdf"
    download.value.save_as(pdf)
    text = " ".join(reader_page.extract_text() for reader_page in PdfReader(pdf).pages)
    assert "Speaker 1" in text
    assert "Transcript" in text

    heard = api.get(f"/recordings/{recording}/transcript").json()
    (tmp_path / "transcript.json").write_text(json.dumps(heard))
    truth = SAMPLES / f"{sample.rpartition('.')[0]}.json"
    done = site.flask("evaluate", str(tmp_path / "transcript.json"), str(truth), "--json")
    score = json.loads(done.stdout.splitlines()[-1])
    for name, limit in zip(("wer", "cpwer", "der"), ALLOWED[sample], strict=True):
        assert score[name] <= limit, f"{name} is {score[name]:.3f}"
    assert score["found_speakers"] == score["speakers"]


def test_the_command_line_makes_the_same_pdf_through_the_queue(site: Site, tmp_path: Path) -> None:
    done = site.flask("recap", str(SAMPLES / "ten-seconds.wav"), "-o", str(tmp_path / "recap.pdf"))
    assert done.returncode == 0, done.stderr
    assert "Saved" in done.stdout
    truth = json.loads((SAMPLES / "ten-seconds.json").read_text())
    words = " ".join(turn["text"] for turn in truth["turns"]).lower().split()
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "recap.pdf").pages).lower()
    found = sum(re.sub(r"\W", "", word) in text for word in words)
    assert found / len(words) > 0.9


def test_a_bad_file_is_explained_on_the_command_line(site: Site, tmp_path: Path) -> None:
    fake = tmp_path / "page.mp3"
    fake.write_text("<html>hello</html>" * 100)
    done = site.flask("recap", str(fake))
    assert done.returncode == 1
    assert "Error:" in done.stderr
    assert "web page" in done.stderr
    assert "Upload the recording itself" in done.stderr


def test_health_reports_that_everything_is_alive(site: Site) -> None:
    assert httpx.get(site.url + "/healthz").status_code == 200
    ready = httpx.get(site.url + "/readyz")
    assert ready.status_code == 200, ready.text


def can_make_namespaces() -> bool:
    probe = ["unshare", "--net", "true"]
    return (
        shutil.which("unshare") is not None and subprocess.run(probe, check=False, capture_output=True).returncode == 0
    )


def test_a_whole_job_runs_with_loopback_as_the_only_network(tmp_path: Path) -> None:
    if not can_make_namespaces():
        pytest.skip("no right to make a network namespace")
    script = 'ip link set lo up 2>/dev/null || ifconfig lo up; exec "$@"'
    closed = start_site(tmp_path / "data", "unshare", "--net", "sh", "-c", script, "sh")
    try:
        enter = ["nsenter", "--net", "--target", str(closed.process.pid)]
        output = tmp_path / "recap.pdf"
        command = [*enter, *closed.flask_command("recap", str(SAMPLES / "ten-seconds.wav"), "-o", str(output))]
        done = subprocess.run(command, env=closed.environment, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        assert output.read_bytes().startswith(b"%PDF")
    finally:
        stop_site(closed)


def test_ctrl_c_stops_everything_and_a_second_start_is_quick_and_keeps_the_data(tmp_path: Path) -> None:
    first = start_site(tmp_path / "data")
    assert "One-time password" in first.output
    assert stop_site(first) == 0
    left = subprocess.run(["pgrep", "-f", str(tmp_path / "data")], capture_output=True, text=True, check=False)
    assert left.stdout == ""
    second = start_site(tmp_path / "data")
    try:
        assert "One-time password" not in second.output
        assert "to download" not in second.output, "what is installed is not installed again"
    finally:
        stop_site(second)
