// Dialogs above the page. Without scripts their links lead to separate pages.
let isListening = false;

export function startDialogs(root) {
  for (const cancel of root.querySelectorAll("dialog [data-cancel]")) {
    cancel.addEventListener("click", () => cancel.closest("dialog").close());
  }
  if (isListening) return;
  isListening = true;
  document.addEventListener("click", openDeleteDialog);
  document.addEventListener("click", openDialog);
}

function openDialog(event) {
  const link = event.target.closest("a[data-dialog]");
  const dialog = link && document.getElementById(link.dataset.dialog);
  if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.showModal();
}

function openDeleteDialog(event) {
  const link = event.target.closest("a[data-delete]");
  const dialog = document.getElementById("delete-dialog");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.querySelector("[data-title]").textContent = link.dataset.delete;
  dialog.querySelector("form").action = link.href;
  dialog.showModal();
}
