// Files that are dropped anywhere on the page.
export function takeDrops(add, page) {
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (is, number = 0) => {
    document.body.classList.toggle("dragging", is);
    for (const words of page.querySelectorAll("[data-drop-text]")) {
      const invitation = number > 1 ? `Let go to upload ${number} files` : "Let go to upload";
      words.textContent = is ? invitation : words.dataset.dropText;
    }
  };
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    over(true, event.dataTransfer.items.length);
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFiles(event) && (depth -= 1) <= 0) over(false, (depth = 0));
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(false, (depth = 0));
    add(event.dataTransfer.files);
  });
}
