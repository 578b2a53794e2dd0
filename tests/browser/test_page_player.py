"""The player of a recording, in the browser: what starts it, what follows it, its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from support import meetings
from support import page_checks as looks
from support.sounds import keep_sound

from core.database.tables import Recording, Status, User

OpenPage = Callable[..., Any]
AT = "document.querySelector('audio').currentTime"
IS_PLAYING = "!document.querySelector('audio').paused"
#: The word that is marked as heard, "" if none is.
HEARD_WORD = "[...(CSS.highlights.get('heard-word') ?? [])].map(String).join()"


@pytest.fixture
def recording(owner: User) -> Recording:
    made = meetings.finished(owner, "Product launch planning")
    keep_sound(made)
    return made


def wait_until(page: Page, condition: str) -> None:
    """Wait until an expression is true; as a function, because the page's policy forbids to evaluate text."""
    page.wait_for_function(f"() => {condition}")


def visit(page: Page, recording: Recording, rest: str = "") -> None:
    """Open the page and wait until its sound can be played."""
    page.goto(f"/recordings/{recording.id}{rest}")
    wait_until(page, "document.querySelector('audio').readyState >= 1")


def at(page: Page) -> float:
    return float(page.evaluate(AT))


def wait_until_heard(page: Page, second: float) -> None:
    """Wait until the sound runs behind a second."""
    wait_until(page, f"{IS_PLAYING} && {AT} > {second}")


def segment(number: int) -> Any:
    return meetings.make_transcript("launch-planning").segments[number]


def test_the_button_plays_and_pauses_and_the_clock_runs(open_page: OpenPage, recording: Recording) -> None:
    with open_page() as page:
        visit(page, recording)
        bar = page.get_by_role("region", name="Player")
        bar.get_by_role("button", name="Play", exact=True).click()
        wait_until_heard(page, 1.1)
        assert bar.locator("[data-clock]").text_content() == "0:01"
        bar.get_by_role("button", name="Pause").click()
        assert not page.evaluate(IS_PLAYING)
        before = at(page)
        bar.get_by_role("button", name="Forward 5 seconds").click()
        assert at(page) == pytest.approx(before + 5, abs=0.01)
        bar.get_by_role("button", name="Back 5 seconds").click()
        assert at(page) == pytest.approx(before, abs=0.01)
        bar.get_by_label("Speed").select_option("1.5")
        assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_a_chip_plays_its_point_and_pauses_it(
    open_page: OpenPage, recording: Recording, width: int, theme: str
) -> None:
    with open_page(width=width, height=844, color_scheme=theme) as page:
        visit(page, recording)
        chip = page.locator(".point.decisions .chip").nth(1)
        second = float(chip.get_attribute("data-at"))
        chip.click()
        wait_until_heard(page, second)
        assert at(page) < second + 5
        turn = page.locator(".turn[aria-current]")
        assert turn.count() == 1
        assert turn.is_visible()
        name = turn.get_attribute("aria-label").split(",")[0]
        assert page.locator("[data-by]").text_content().endswith(name)
        assert looks.sideways(page) <= 0
        assert looks.faint_texts(page) == looks.small_targets(page) == looks.nameless_controls(page) == []
        if width == 1280:
            assert "playing" in chip.get_attribute("class")
            chip.click()
            assert not page.evaluate(IS_PLAYING)


def test_a_word_plays_and_is_marked_while_it_is_heard(open_page: OpenPage, recording: Recording) -> None:
    said = segment(6)
    word = said.words[3]
    with open_page() as page:
        visit(page, recording)
        spot = page.evaluate(
            """([text, word]) => {
              const walker = document.createTreeWalker(document.querySelector("#transcript"), NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const node = walker.currentNode, start = node.data.indexOf(text);
                if (start < 0) continue;
                node.parentElement.scrollIntoView({ block: "center" });
                const range = document.createRange();
                range.setStart(node, start + text.length - word.length);
                range.setEnd(node, start + text.length);
                const box = range.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
              }
            }""",
            [" ".join(one.text for one in said.words[:4]), word.text],
        )
        page.evaluate("document.querySelector('audio').playbackRate = 0.25")
        page.mouse.click(*spot)
        wait_until(page, f"{IS_PLAYING} && {AT} >= {int(10 * word.start) / 10}")
        wait_until(page, f"{HEARD_WORD} === {word.text!r}")
        assert at(page) < word.end + 0.5
        wait_until(page, f"{HEARD_WORD} === {said.words[4].text!r}")


def test_a_drag_over_words_selects_them_and_plays_nothing(open_page: OpenPage, recording: Recording) -> None:
    with open_page() as page:
        visit(page, recording)
        box = page.locator(".turn-text").nth(2).bounding_box()
        page.mouse.move(box["x"] + 4, box["y"] + 12)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 12)
        page.mouse.up()
        assert page.evaluate("String(getSelection())")
        assert not page.evaluate(IS_PLAYING)


def test_keys_play_skip_and_step_but_not_while_somebody_types(open_page: OpenPage, recording: Recording) -> None:
    with open_page() as page:
        visit(page, recording)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        assert at(page) == pytest.approx(6, abs=0.01)
        page.keyboard.press("ArrowLeft")
        assert at(page) == pytest.approx(1, abs=0.01)
        page.keyboard.press(".")
        assert page.get_by_label("Speed").input_value() == "1.25"
        page.keyboard.press(",")
        page.keyboard.press("Space")
        wait_until_heard(page, 1)
        page.keyboard.press("Space")
        assert not page.evaluate(IS_PLAYING)
        starts = page.locator("a.turn-time").evaluate_all("(all) => all.map((one) => Number(one.dataset.at))")
        page.keyboard.press("j")
        wait_until_heard(page, starts[1] - 0.1)
        assert at(page) < starts[2]
        page.keyboard.press("k")
        wait_until(page, f"{AT} < {starts[1]} - 0.1")
        page.keyboard.press("n")
        first = page.locator("#recap .chip").first
        wait_until_heard(page, float(first.get_attribute("data-at")) - 0.3)
        page.keyboard.press("Space")
        before = at(page)
        page.locator("#replace summary").click()
        field = page.locator("#replace input[type=text], #replace input:not([type])").first
        field.press_sequentially("jn. k?")
        assert field.input_value() == "jn. k?"
        assert (at(page), page.evaluate(IS_PLAYING)) == (before, False)


def test_the_list_of_keys_opens_and_switches_them_off(open_page: OpenPage, recording: Recording) -> None:
    with open_page() as page:
        visit(page, recording)
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys of the player")
        dialog.get_by_label("Use these keys").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        assert at(page) == 0
        page.reload()
        page.get_by_role("button", name="Keys of the player").click()
        dialog.get_by_label("Use these keys").check()
        assert looks.small_targets(page) == looks.faint_texts(page) == []
        dialog.get_by_role("button", name="Close").click()
        page.keyboard.press("ArrowRight")
        assert at(page) == pytest.approx(5, abs=0.01)


def test_the_waveform_is_a_slider_for_pointer_and_keys(open_page: OpenPage, recording: Recording) -> None:
    with open_page() as page:
        visit(page, recording)
        slider = page.get_by_role("slider", name="Position")
        box = slider.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
        page.mouse.up()
        length = float(slider.get_attribute("aria-valuemax"))
        assert at(page) == pytest.approx(length / 2, abs=1)
        assert "1 minute 49 seconds of 3 minutes 38 seconds, " in slider.get_attribute("aria-valuetext")
        slider.focus()
        page.keyboard.press("Home")
        assert at(page) == 0
        page.keyboard.press("PageUp")
        page.keyboard.press("ArrowRight")
        assert at(page) == pytest.approx(35, abs=0.01)
        assert slider.get_attribute("aria-valuenow") == "35"
        colours = page.evaluate("""() => {
          const canvas = document.querySelector("canvas");
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const found = new Set();
          for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255)
            found.add(data.slice(at, at + 3).join());
          return [...found];
        }""")
        assert {"20,25,23", "30,47,93"} <= set(colours), "the playhead, and the first speaker"


def test_the_transcript_follows_the_voice_unless_somebody_scrolls(open_page: OpenPage, recording: Recording) -> None:
    is_seen = """() => {
      const box = document.querySelector(".turn[aria-current]").getBoundingClientRect();
      return box.bottom > 0 && box.bottom <= document.querySelector(".player").getBoundingClientRect().top + 1;
    }"""
    with open_page() as page:
        visit(page, recording)
        page.get_by_role("button", name="Play", exact=True).click()
        page.evaluate("document.querySelector('audio').currentTime = 150")
        wait_until(page, f"{AT} > 150 && ({is_seen})()")
        pane = page.locator("#transcript")
        pane.hover()
        page.mouse.wheel(0, -20000)
        wait_until(page, "document.querySelector('#transcript').scrollTop === 0")
        page.evaluate("document.querySelector('audio').currentTime = 190")
        wait_until(page, f"{AT} > 190.5")
        assert pane.evaluate("(pane) => pane.scrollTop") == 0
        follow = page.get_by_role("button", name="Follow the voice")
        page.keyboard.press("f")
        assert follow.get_attribute("aria-pressed") == "false"
        page.keyboard.press("f")
        wait_until(page, f"({is_seen})()")


def test_a_link_to_a_second_cues_the_sound(open_page: OpenPage, recording: Recording) -> None:
    with open_page() as page:
        visit(page, recording, "?t=63.6")
        assert at(page) == pytest.approx(63.6, abs=0.01)
        assert not page.evaluate(IS_PLAYING)


def test_without_scripts_the_browser_plays_it(open_page: OpenPage, recording: Recording) -> None:
    with open_page(java_script_enabled=False) as page:
        page.goto(f"/recordings/{recording.id}")
        assert page.locator("audio[controls]").is_visible()
        assert page.get_by_role("button", name="Play", exact=True).count() == 0


def test_without_sound_there_is_no_player(open_page: OpenPage, owner: User) -> None:
    silent = meetings.finished(owner, "Without sound")
    with open_page() as page:
        page.goto(f"/recordings/{silent.id}")
        assert page.locator(".player").count() == 0
        page.locator(".point .chip").first.click()
        assert page.locator(".turn.here").is_visible()


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (320, "light")])
def test_the_player_covers_nothing_and_stays_at_the_bottom(
    open_page: OpenPage, recording: Recording, width: int, theme: str
) -> None:
    with open_page(width=width, height=700, color_scheme=theme) as page:
        visit(page, recording)
        bottom = "document.querySelector('.player').getBoundingClientRect().bottom"
        assert page.evaluate(bottom) == pytest.approx(700, abs=1)
        page.evaluate("scrollTo(0, 1e6)")
        assert page.evaluate(bottom) == pytest.approx(700, abs=1)
        assert looks.sideways(page) <= 0


def test_a_sound_that_does_not_come_is_told(open_page: OpenPage, recording: Recording) -> None:
    with open_page(expected=(404,)) as page:
        page.route("**/audio", lambda route: route.fulfill(status=404))
        page.goto(f"/recordings/{recording.id}")
        page.get_by_role("button", name="Play", exact=True).click()
        page.get_by_role("alert").get_by_text("The sound cannot be played").wait_for()
        assert looks.faint_texts(page) == []


def test_the_voice_goes_on_when_the_page_shows_a_new_recap(open_page: OpenPage, recording: Recording) -> None:
    meetings.change(recording, job={"status": Status.RUNNING, "stage": "summarize"})
    with open_page() as page:
        visit(page, recording)
        page.locator(".point.decisions .chip").first.click()
        wait_until(page, f"{IS_PLAYING} && {AT} > 63")
        page.evaluate("document.querySelector('audio').dataset.old = ''")
        meetings.change(recording, job={"status": Status.DONE})
        page.locator("audio:not([data-old])").wait_for(state="attached")
        wait_until_heard(page, 63)
        page.keyboard.press("Space")
        before = at(page)
        page.keyboard.press("ArrowRight")
        assert at(page) == pytest.approx(before + 5, abs=0.01), "one player hears the keys"
