// Times play: the chips of points and places, and the times of turns.
const LEAD = 0.3; // before a point, in seconds

export function startChips(player, root) {
  return new Chips(player, root);
}

class Chips {
  constructor(player, root) {
    this.player = player;
    this.points = [...root.querySelectorAll("#recap .chip[data-at]")].filter((chip) => !chip.closest(".doubtful"));
    const { signal } = player;
    root.addEventListener("click", (event) => this.follow(event), { signal });
    player.onChange(() => this.show());
  }

  follow(event) {
    const link = event.target.closest?.("a[data-at]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link === this.chip && this.player.isPlaying) {
      event.preventDefault();
      this.player.toggle();
      return;
    }
    this.leave();
    if (link.classList.contains("chip")) this.chip = link;
    else this.followTurn(event, link);
    this.player.playFrom(Number(link.dataset.at) - (this.chip ? LEAD : 0));
  }

  followTurn(event, link) {
    event.preventDefault();
    history.replaceState(null, "", link.hash);
  }

  // The point so many places from the last one that was played.
  step(places) {
    const at = this.points.indexOf(this.chip ?? this.last);
    const next = this.points[at < 0 ? 0 : at + places];
    if (!next) return;
    next.scrollIntoView({ block: "nearest" });
    next.click();
  }

  show() {
    if (!this.chip) return;
    this.chip.classList.toggle("playing", this.player.isPlaying);
    const passed = this.player.at - Number(this.chip.dataset.at);
    if (passed < -2 * LEAD || passed > 30) this.leave();
  }

  leave() {
    this.chip?.classList.remove("playing");
    this.last = this.chip ?? this.last;
    this.chip = null;
  }
}
