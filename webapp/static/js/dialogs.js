// Questions and forms above the page; without scripts their links lead to pages of their own.
let isListening = false;

export function startDialogs(root) {
  for (const keep of root.querySelectorAll("dialog [data-keep]")) {
    keep.addEventListener("click", () => keep.closest("dialog").close());
  }
  if (isListening) return;
  isListening = true;
  document.addEventListener("click", askToDelete);
  document.addEventListener("click", openDialog);
}

function openDialog(event) {
  const link = event.target.closest("a[data-dialog]");
  const dialog = link && document.getElementById(link.dataset.dialog);
  if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.showModal();
}

function askToDelete(event) {
  const link = event.target.closest("a[data-delete]");
  const dialog = document.getElementById("delete-dialog");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.querySelector("[data-title]").textContent = link.dataset.delete;
  dialog.querySelector("form").action = link.href;
  dialog.showModal();
}
