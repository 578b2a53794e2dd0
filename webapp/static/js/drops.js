// Accepts files dropped anywhere on the page.
export function acceptDrops(add, page) {
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const showDragging = (isDragging, number = 0) => {
    document.body.classList.toggle("dragging", isDragging);
    for (const words of page.querySelectorAll("[data-drop-text]")) {
      const invitation = number > 1 ? `Let go to upload ${number} files` : "Let go to upload";
      words.textContent = isDragging ? invitation : words.dataset.dropText;
    }
  };
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    showDragging(true, event.dataTransfer.items.length);
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFiles(event) && (depth -= 1) <= 0) showDragging(false, (depth = 0));
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showDragging(false, (depth = 0));
    add(event.dataTransfer.files);
  });
}
