// The keys of the player, and the dialog that lists them. They rest while somebody types.
const OFF = "player-keys-off";

export function startKeys(player, voice, chips, root) {
  const dialog = root.querySelector("#keys-dialog") ?? document.getElementById("keys-dialog");
  const use = dialog.querySelector("[data-keys-on]");
  use.checked = localStorage.getItem(OFF) === null;
  use.addEventListener("change", () => (use.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "")));
  player.bar.querySelector("[data-keys]").addEventListener("click", () => dialog.showModal());
  const keys = {
    " ": () => player.toggle(),
    ArrowLeft: (event) => player.skip(event.shiftKey ? -1 : -5),
    ArrowRight: (event) => player.skip(event.shiftKey ? 1 : 5),
    j: () => voice.step(1),
    k: () => voice.step(-1),
    n: () => chips.step(1),
    p: () => chips.step(-1),
    ",": () => player.changeSpeed(-1),
    ".": () => player.changeSpeed(1),
    f: () => voice.setFollowing(!voice.isFollowing),
    "?": () => dialog.showModal(),
  };
  const press = (event) => {
    const act = keys[event.key];
    if (!act || event.defaultPrevented || !use.checked || isTaken(event)) return;
    event.preventDefault();
    act(event);
  };
  document.addEventListener("keydown", press, { signal: player.signal });
}

function isTaken(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  const { target } = event;
  if (target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])")) return true;
  if (event.key === " ") return target.closest("a, button, summary, input, [role=slider]") !== null;
  return event.key.startsWith("Arrow") && target.closest("[role=tab], [role=slider], input") !== null;
}
