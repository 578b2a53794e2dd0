// The library: "/" leads to the search, Shift and a click select all rows in between, and the number of selected ones is told.
let isListening = false;
let last = null;

export function startSelection(root) {
  const library = root.querySelector("[data-library]");
  if (!library || isListening) return;
  isListening = true;
  document.addEventListener("keydown", focusSearch);
  library.addEventListener("click", selectBetween);
  library.addEventListener("change", tellCount);
  tellCount(); // a page that the browser kept has its selection
}

function focusSearch(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const field = document.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function selectBetween(event) {
  const box = event.target.closest(".row-check input");
  if (!box) return;
  const boxes = listBoxes();
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)];
  if (event.shiftKey && from >= 0) {
    for (const each of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
  }
  last = box;
}

function listBoxes() {
  return [...document.querySelectorAll(".row-check input")];
}

function tellCount() {
  const line = document.querySelector("[data-selected]");
  const count = listBoxes().filter((box) => box.checked).length;
  if (line && count) line.textContent = `${count} selected`;
}
