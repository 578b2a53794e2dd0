// Closing menus, preventing double submits, showing passwords, describing templates.
let isListening = false;

export function startControls(root) {
  for (const button of root.querySelectorAll("[data-show-password]")) showPassword(button);
  for (const field of root.querySelectorAll("[data-select]")) field.addEventListener("focus", () => field.select());
  if (isListening) return;
  isListening = true;
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeOnEscape);
  document.addEventListener("submit", submitOnce);
  document.addEventListener("change", describeTemplate);
  window.addEventListener("pageshow", releaseButtons);
}

function showPassword(button) {
  const field = document.getElementById(button.dataset.showPassword);
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!shown));
  });
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    const isLoading = menu.contains(event.target) && event.target.closest(".exports a");
    if (isLoading) menu.querySelector("summary").focus(); // the link, which is hidden now, had the focus
    if (isLoading || !menu.contains(event.target) || event.target.closest("[data-delete], [data-dialog]")) menu.open = false;
  }
}

function closeOnEscape(event) {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".menu[open]")) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
}

// The line below describes the chosen template.
function describeTemplate(event) {
  if (!event.target.matches("select[data-template]")) return;
  const chosen = event.target.selectedOptions[0];
  const line = event.target.closest("[data-options]")?.querySelector("p[data-about]");
  if (line) line.textContent = chosen.dataset.about;
}

function submitOnce(event) {
  const button = event.submitter;
  if (!button || !button.hasAttribute("data-once")) return;
  if (button.getAttribute("aria-busy") === "true") event.preventDefault();
  button.setAttribute("aria-busy", "true");
}

// Returning to a page that the browser kept in memory: release its buttons.
function releaseButtons(event) {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}
