// Keeps rows and recordings in progress up to date. Polls every second, less often in a hidden tab or if the server is away.
import { morph, parse } from "./morph.js";

const INTERVAL = 1000;
const HIDDEN_INTERVAL = 5000;
const LONGEST_INTERVAL = 30000;

function repeat(update) {
  let wait = INTERVAL;
  let stopped = false;
  const next = () => setTimeout(run, document.hidden ? Math.max(wait, HIDDEN_INTERVAL) : wait);
  const run = async () => {
    if (stopped) return;
    try {
      stopped = (await update()) === "stop";
      wait = INTERVAL;
    } catch {
      wait = Math.min(wait * 2, LONGEST_INTERVAL); // the server is away: back off
    }
    if (!stopped) next();
  };
  next();
}

async function fetchJson(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 404) {
    location.reload(); // logged out, or deleted in another window: the reloaded page says which
    return new Promise(() => {});
  }
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function announce(text) {
  const line = document.getElementById("announcer");
  if (line.textContent !== text) line.textContent = text;
}

export function followRows(root) {
  const list = root.querySelector("[data-rows]");
  if (!list || !list.querySelector("[data-live]")) return;
  repeat(async () => {
    const ids = [...list.querySelectorAll("[data-live]")].map((row) => row.dataset.row);
    if (!ids.length) return "stop";
    const { rows } = await fetchJson(`${list.dataset.rows}?${new URLSearchParams(ids.map((id) => ["id", id]))}`);
    for (const id of ids) {
      const row = list.querySelector(`[data-row="${id}"]`);
      if (!rows[id]) row.remove();
      else morph(row, parse(rows[id]).firstElementChild);
    }
    return "continue";
  });
}

export function followRecording(root, restart) {
  const page = root.querySelector("[data-follow]");
  if (!page) return;
  const turns = page.querySelector("[data-turns]");
  let announced = null;
  repeat(async () => {
    const state = await fetchJson(`${page.dataset.follow}?heard=${page.dataset.heard}`);
    if (announced !== null && announced !== state.announcement) announce(state.announcement);
    announced = state.announcement;
    if (state.finished) {
      announce(state.announcement);
      await replaceMain(restart);
      return "stop";
    }
    const fresh = document.createElement("section");
    fresh.append(parse(state.progress));
    copyChildren(page.querySelector("#progress"), fresh);
    addTurns(page, turns, state);
    return "continue";
  });
}

export function followInstalls(root, restart) {
  const page = root.querySelector("[data-installs]");
  if (!page) return;
  let announced = null;
  repeat(async () => {
    const state = await fetchJson(page.dataset.installs);
    if (announced !== null && announced !== state.announcement) announce(state.announcement);
    announced = state.announcement;
    if (state.finished) {
      await replaceMain(restart);
      return "stop";
    }
    const fresh = document.createElement("ul");
    fresh.append(parse(state.html));
    copyChildren(page.querySelector("[data-actions]"), fresh);
    return "continue";
  });
}

function copyChildren(old, fresh) {
  for (const { name, value } of [...old.attributes]) fresh.setAttribute(name, value);
  morph(old, fresh);
}

function addTurns(page, turns, state) {
  if (!state.turns) return;
  const pane = page.querySelector("#transcript");
  const follows = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80;
  turns.append(parse(state.turns));
  page.dataset.heard = state.heard;
  page.querySelector("[data-cursor]").hidden = false;
  page.querySelector("[data-heard-head] span").textContent = "Speakers are added once they are identified";
  if (follows) pane.scrollTop = pane.scrollHeight;
}

// Processing has ended: replace the whole page without a reload.
async function replaceMain(restart) {
  const answer = await fetch(location.href);
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = page.title;
  const main = document.querySelector("main");
  const places = [...main.querySelectorAll(".pane")].map((pane) => [pane.id, pane.scrollTop]);
  const open = main.querySelector("[data-tabs]")?.dataset.tab;
  main.replaceChildren(...page.querySelector("main").childNodes);
  restart(main);
  if (open) main.querySelector(`[role=tab][aria-controls="${open}"]`)?.click();
  for (const [id, top] of places) document.getElementById(id)?.scrollTo({ top, behavior: "instant" }); // keep the reading position
}
