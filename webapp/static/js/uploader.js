// Uploads several files, one after another, with what each still takes. Files come from the picker or are dropped
// anywhere on the page.
import { sendFile } from "./send.js";
import { count, kind, size } from "./words.js";

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
    this.isSending = false;
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
      if (this.isSending) event.preventDefault();
    });
    takeDrops((files) => this.add(files), page);
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
    item.request?.abort();
    item.element.remove();
    this.items = this.items.filter((other) => other !== item);
    this.update();
    (this.button.hidden ? this.view.querySelector("[data-picker]") : this.button).focus();
  }

  get waiting() {
    return this.items.filter((item) => item.state === "waiting");
  }

  update() {
    const number = this.waiting.length;
    this.button.hidden = this.isSending || !number;
    this.button.textContent = number > 1 ? `Upload ${count(number, "file")}` : "Upload";
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    const sent = this.items.reduce((sum, item) => sum + item.sent, 0);
    this.view.querySelector("[data-total]").textContent = sent ? `${size(sent)} of ${size(total)} sent` : "";
  }

  async send() {
    this.isSending = true;
    this.update();
    for (let item = this.waiting[0]; item; item = this.waiting[0]) await item.send();
    this.isSending = false;
    this.update();
    const done = this.items.filter((item) => item.state === "done");
    this.view.querySelector("[data-said]").textContent = `${count(done.length, "recording")} uploaded`;
    if (this.items.length === 1 && done.length === 1) location.assign(done[0].url);
  }
}

class Item {
  constructor(uploader, file) {
    this.uploader = uploader;
    this.file = file;
    this.sent = 0;
    this.state = "waiting";
    this.element = uploader.view.querySelector("template[data-item]").content.firstElementChild.cloneNode(true);
    this.find("[data-name]").textContent = file.name;
    this.find("[data-kind]").textContent = kind(file);
    this.find("[name=title]").value = file.name.replace(/\.[^.]{1,8}$/, "").replaceAll("_", " ");
    this.find("[data-remove]").addEventListener("click", () => uploader.remove(this));
    this.find("[data-remove] .unseen").textContent = `Remove ${file.name}`;
    uploader.list.append(this.element);
    const most = Number(uploader.view.dataset.maxBytes);
    if (file.size > most) {
      const words = uploader.view.dataset.maxWords;
      this.fail({ code: "too_large", message: `This file is larger than ${words}.`, hint: "Send the sound only, or ask for a higher limit." });
    }
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  async send() {
    this.state = "sending";
    const form = new FormData();
    for (const field of this.element.querySelectorAll("[name]")) form.append(field.name, field.value);
    form.append("file", this.file, this.file.name);
    this.find("[data-fields]").hidden = true;
    this.find("[data-bar]").hidden = false;
    const { url, token } = this.uploader.view.dataset;
    const answer = await sendFile(url, token, form, this.file.size, (now) => this.show(now), (request) => (this.request = request));
    if (this.state !== "sending") return;
    if (answer.error) this.fail(answer.error);
    else this.finish(answer);
  }

  show(now) {
    this.sent = now.sent;
    const percent = Math.floor((100 * now.sent) / (this.file.size || 1));
    this.find("progress").value = percent;
    this.find("[data-percent]").textContent = `${percent} %`;
    this.find("[data-sent]").textContent = `${size(now.sent)} of ${size(this.file.size)}`;
    this.find("[data-speed]").textContent = now.speed;
    this.find("[data-left]").textContent = now.left;
    this.uploader.update();
  }

  finish({ url }) {
    this.state = "done";
    this.sent = this.file.size;
    this.url = url;
    this.find("[data-bar]").hidden = true;
    this.find("[data-remove]").hidden = true;
    this.find("[data-done]").hidden = false;
    this.find("[data-open]").hidden = false;
    this.find("[data-open]").href = url;
    this.uploader.update();
  }

  fail({ code, message, hint }) {
    this.state = "failed";
    this.sent = 0;
    const notice = this.uploader.view.querySelector("template[data-notice]").content.firstElementChild.cloneNode(true);
    const [head, text, small] = notice.querySelectorAll("p");
    head.textContent = message.replace(/\.$/, "");
    text.textContent = hint;
    small.textContent = code;
    const place = this.find("[data-problem]");
    place.replaceChildren(notice);
    place.hidden = false;
    this.find("[data-fields]").hidden = true;
    this.find("[data-bar]").hidden = true;
    this.uploader.update();
  }
}

function takeDrops(add, page) {
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
