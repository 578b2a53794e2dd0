// The tabs of a recording, and links from times to their turns.
export function startTabs(root) {
  const panes = root.querySelector("[data-tabs]");
  if (!panes) return;
  const tabs = [...panes.querySelectorAll("[role=tab]")];
  panes.querySelector("[role=tablist]").hidden = false;
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(panes, tabs, tab));
    tab.addEventListener("keydown", (event) => moveFocus(event, panes, tabs));
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.removeAttribute("aria-label");
  }
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-tab-link]");
    if (link) open(link.hash);
  });
  panes.addEventListener("click", (event) => followTime(event, panes, tabs));
  const open = (hash) => {
    const place = document.getElementById(hash.slice(1));
    const tab = tabs.find((each) => document.getElementById(each.getAttribute("aria-controls")).contains(place));
    if (tab && tab.offsetParent !== null) choose(panes, tabs, tab);
  };
  open(location.hash);
  const second = linkedSecond();
  if (second) jump(panes, tabs, `t=${second}`);
  const wide = matchMedia("(min-width: 1024px)");
  const widen = () => {
    if (wide.matches && panes.dataset.tab === "transcript") choose(panes, tabs, tabs[0]);
  };
  wide.addEventListener("change", widen);
  widen();
}

// The second that the address leads to, null if it names none; the links of PDFs have it before the hash.
export function linkedSecond() {
  if (location.hash.startsWith("#t=")) return decodeURIComponent(location.hash.slice(3));
  return new URLSearchParams(location.search).get("t");
}

function choose(panes, tabs, chosen) {
  panes.dataset.tab = chosen.getAttribute("aria-controls");
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
}

function moveFocus(event, panes, tabs) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const seen = tabs.filter((tab) => tab.offsetParent !== null);
  const next = seen[(seen.indexOf(event.target) + step + seen.length) % seen.length];
  choose(panes, tabs, next);
  next.focus();
}

function followTime(event, panes, tabs) {
  const link = event.target.closest("a[data-jump]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const id = decodeURIComponent(link.hash.slice(1));
  history.replaceState(null, "", link.hash);
  const evidence = link.closest(".point")?.querySelector("[data-evidence]");
  if (evidence) evidence.hidden = false;
  jump(panes, tabs, id);
}

// Paragraphs may begin elsewhere than when a link was made: it leads to the paragraph that holds its second.
function turnAt(id) {
  const secondOf = (name) => Number.parseFloat(name.slice("t=".length));
  return [...document.querySelectorAll(".turn[id^='t=']")].filter((turn) => secondOf(turn.id) <= secondOf(id)).at(-1);
}

function jump(panes, tabs, id) {
  const turn = document.getElementById(id) ?? turnAt(id);
  if (!turn) return;
  const transcript = tabs.find((tab) => tab.id === "tab-transcript");
  if (transcript.offsetParent !== null) choose(panes, tabs, transcript);
  for (const other of panes.querySelectorAll(".turn.here")) other.classList.remove("here");
  turn.classList.add("here");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const box = turn.getBoundingClientRect();
  const near = Math.abs(box.top) < innerHeight * 1.5;
  turn.scrollIntoView({ block: "center", behavior: near && !still ? "smooth" : "auto" });
}
