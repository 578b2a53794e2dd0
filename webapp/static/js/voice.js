// The transcript follows the voice: who speaks, the turn and the word that are heard.
import { lastBefore, rangeOf, secondAt, timesOf } from "./turn_words.js";

const REST = 4000; // after scrolling by hand, in milliseconds
const SCROLL_KEYS = ["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"];

export function followVoice(player, root) {
  return new Voice(player, root);
}

class Voice {
  constructor(player, root) {
    this.player = player;
    this.turns = [...root.querySelectorAll(".turn[data-words]")].sort((one, other) => timesOf(one)[0] - timesOf(other)[0]);
    this.starts = this.turns.map((turn) => timesOf(turn)[0]);
    this.by = player.bar.querySelector("[data-by]");
    this.toggle = root.querySelector("[data-voice]");
    this.scrolledAt = -REST;
    this.toggle?.addEventListener("click", () => this.setFollowing(!this.isFollowing));
    const { signal } = player;
    for (const name of ["wheel", "touchmove"]) document.addEventListener(name, () => this.rest(), { signal, passive: true });
    document.addEventListener("keydown", (event) => SCROLL_KEYS.includes(event.key) && this.rest(), { signal });
    root.querySelector("#transcript").addEventListener("click", (event) => this.playWord(event), { signal });
    player.onChange(() => this.show());
  }

  get isFollowing() {
    return this.toggle.getAttribute("aria-pressed") === "true";
  }

  setFollowing(follows) {
    this.toggle.setAttribute("aria-pressed", String(follows));
    this.scrolledAt = -REST;
    if (follows) this.reveal();
  }

  rest() {
    this.scrolledAt = performance.now();
  }

  turnAt(second) {
    return this.turns[lastBefore(this.starts, second + 0.05)];
  }

  // The name and badge of who speaks stand at the first paragraph of a turn.
  speakerOf(turn) {
    let first = turn;
    while (first?.classList.contains("same")) first = first.previousElementSibling;
    return first?.querySelector(".turn-by") ?? null;
  }

  show() {
    const turn = this.turnAt(this.player.at);
    if (turn !== this.turn) this.enter(turn);
    const word = turn ? lastBefore(timesOf(turn), this.player.at + 0.02) : -1;
    if (word !== this.word) this.mark(turn, word);
  }

  enter(turn) {
    this.turn?.removeAttribute("aria-current");
    turn?.setAttribute("aria-current", "true");
    [this.turn, this.word] = [turn, null];
    this.by.replaceChildren(...[...(this.speakerOf(turn)?.childNodes ?? [])].map((node) => node.cloneNode(true)));
    if (this.player.isPlaying) this.reveal();
  }

  mark(turn, word) {
    this.word = word;
    if (!window.Highlight) return;
    if (word < 0) CSS.highlights.delete("heard-word");
    else CSS.highlights.set("heard-word", new Highlight(rangeOf(turn, word)));
  }

  reveal() {
    const { turn } = this;
    if (!turn || turn.offsetParent === null || !this.isFollowing || performance.now() - this.scrolledAt < REST) return;
    const box = turn.getBoundingClientRect();
    const top = turn.closest(".pane").getBoundingClientRect().top + 44;
    const bottom = this.player.bar.getBoundingClientRect().top;
    if (box.top >= Math.max(44, top) && box.bottom <= bottom) return;
    const isNear = box.top > -innerHeight && box.bottom < 2 * innerHeight;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    turn.scrollIntoView({ block: "center", behavior: isNear && !still ? "smooth" : "auto" });
  }

  playWord(event) {
    const turn = event.target.closest(".turn");
    if (!turn || !event.target.closest(".turn-text") || event.target.closest("a, button") || !getSelection().isCollapsed) return;
    const second = secondAt(turn, event.clientX, event.clientY);
    if (second !== null) this.player.playFrom(second);
  }

  // The turn so many places from the one that is heard.
  step(places) {
    const next = this.turns[Math.max(0, this.turns.indexOf(this.turn) + places)];
    if (!next) return;
    this.scrolledAt = -REST;
    this.player.playFrom(timesOf(next)[0]);
  }
}
