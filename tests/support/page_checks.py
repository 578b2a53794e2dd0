"""What is measured on a page: contrast, size of targets, width."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

#: Texts whose contrast with what lies behind them is below 4.5:1 (3:1 for large ones).
FAINT = """() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const read = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const style = getComputedStyle(element);
    if (!own || !element.checkVisibility({ contentVisibilityAuto: true }) || style.clipPath !== "none" || element.closest("option, svg")) continue;
    const [a, b] = [light(read(style.color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const needed = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    if (ratio < needed) faint.push(`${element.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""

#: Targets smaller than 24 by 24 pixels; exempt are links within a sentence, and the title whose row is its target.
SMALL = """() => [...document.querySelectorAll("a, button, summary, input, select")]
  .filter((each) => each.checkVisibility({ contentVisibilityAuto: true }) && !each.closest(".unseen, .skip") && !each.matches(".row-title > a"))
  .filter((each) => !(each.matches("a") && getComputedStyle(each).display === "inline"))
  .map((each) => [each.outerHTML.slice(0, 80), (each.closest("label") ?? each).getBoundingClientRect()])
  .filter(([, box]) => box.width < 23.9 || box.height < 23.9)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""

#: Controls without a name that is read out.
NAMELESS = """() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select")]
  .filter((each) => each.checkVisibility({ contentVisibilityAuto: true }) && !each.closest("[aria-hidden=true]"))
  .filter((each) => !(each.textContent.trim() || each.getAttribute("aria-label") || each.labels?.length))
  .map((each) => each.outerHTML.slice(0, 80))"""


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(_look(page, "document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faint_texts(page: Page) -> list[str]:
    """Texts that are hard to read."""
    return list(_look(page, FAINT))


def small_targets(page: Page) -> list[str]:
    """Controls that are hard to hit."""
    return list(_look(page, SMALL))


def nameless_controls(page: Page) -> list[str]:
    """Controls that say nothing to a screen reader."""
    return list(_look(page, NAMELESS))


def _look(page: Page, question: str) -> Any:
    # A page that a click just opened has no element at first.
    page.wait_for_load_state()
    return page.evaluate(question)
