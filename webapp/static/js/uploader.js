// The upload view: several files, three at a time, from the file picker or dropped anywhere on the page.
import { acceptDrops } from "./drops.js";
import { Item } from "./upload_item.js";
import { count, size } from "./words.js";

const MAX_PARALLEL = 3;

export function startUploader(root) {
  const view = root.querySelector("[data-uploader]");
  if (view) new Uploader(view, root.querySelector("[data-drop-page]"));
}

class Uploader {
  constructor(view, page) {
    this.view = view;
    this.library = page.querySelector("[data-library]");
    this.list = view.querySelector("[data-list]");
    this.button = view.querySelector("[data-start]");
    this.items = [];
    this.listen(page);
  }

  listen(page) {
    const picker = this.view.querySelector("[data-picker]");
    picker.addEventListener("change", () => {
      this.add(picker.files);
      picker.value = "";
    });
    page.querySelector("[data-choose]")?.addEventListener("click", (event) => {
      event.preventDefault();
      picker.click();
    });
    this.button.addEventListener("click", () => this.send());
    window.addEventListener("beforeunload", (event) => {
      if (this.items.some((item) => item.isMoving)) event.preventDefault();
    });
    acceptDrops((files) => this.add(files), page);
  }

  add(files) {
    if (!files.length) return;
    if (this.library && this.view.hidden) {
      this.library.hidden = true;
      this.view.hidden = false;
    }
    const added = [...files].map((file) => new Item(this, file));
    this.items.push(...added);
    this.update();
    const first = added.find((item) => item.state === "waiting") ?? added[0];
    first.find(first.state === "waiting" ? "[name=title]" : "[data-remove]").focus();
  }

  remove(item) {
    item.sender.remove();
    item.element.remove();
    this.items = this.items.filter((other) => other !== item);
    this.startNext();
    this.update();
    (this.button.hidden ? this.view.querySelector("[data-picker]") : this.button).focus();
  }

  in(state) {
    return this.items.filter((item) => item.state === state);
  }

  update() {
    const number = this.in("waiting").length;
    this.button.hidden = !number;
    this.button.textContent = number > 1 ? `Upload ${count(number, "file")}` : "Upload";
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    const sent = this.items.reduce((sum, item) => sum + item.sent, 0);
    this.view.querySelector("[data-total]").textContent = sent ? `${size(sent)} of ${size(total)} sent` : "";
  }

  send() {
    const waiting = this.in("waiting");
    for (const item of waiting) item.queue();
    this.startNext();
    this.update();
    waiting[0]?.find("[data-pause]").focus();
  }

  startNext() {
    let free = MAX_PARALLEL - this.items.filter((item) => item.isMoving).length;
    for (const item of this.in("queued")) {
      if (free-- > 0) item.send();
    }
  }

  finish() {
    this.startNext();
    this.update();
    if (this.items.some((item) => item.isMoving || item.state === "queued")) return;
    const done = this.in("done");
    this.view.querySelector("[data-status]").textContent = `${count(done.length, "recording")} uploaded`;
    if (this.items.length === 1 && done.length === 1) location.assign(done[0].url);
  }
}
