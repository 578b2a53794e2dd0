// One file in the upload view: its name, options, progress and buttons.
import { Pace } from "./pace.js";
import { Sender } from "./resumable.js";
import { kind, size } from "./words.js";

const MAX_CALENDAR_BYTES = 131072; // the server refuses a longer one
const TYPING_PAUSE = 300; // milliseconds without a key press after which changed options are sent

export class Item {
  constructor(uploader, file) {
    this.uploader = uploader;
    this.file = file;
    this.sent = 0;
    this.pace = new Pace(file.size);
    this.element = uploader.view.querySelector("template[data-item]").content.firstElementChild.cloneNode(true);
    this.find("[data-name]").textContent = file.name;
    this.find("[data-kind]").textContent = kind(file);
    this.find("[name=title]").defaultValue = file.name.replace(/\.[^.]{1,8}$/, "").replaceAll("_", " ");
    for (const words of this.element.querySelectorAll("[data-of]")) words.textContent = file.name;
    this.sender = new Sender(file, uploader.view.dataset, this);
    this.listen();
    uploader.list.append(this.element);
    this.enter("waiting");
    this.checkSize();
  }

  listen() {
    const on = (selector, act) => this.find(selector).addEventListener("click", act);
    on("[data-remove]", () => this.uploader.remove(this));
    on("[data-pause]", () => this.pause());
    on("[data-resume]", () => this.resume());
    this.find("[name=calendar]").addEventListener("change", (event) => this.readCalendar(event.target.files[0]));
    this.find("[data-fields]").addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.sender.change(this.fields), TYPING_PAUSE);
    });
  }

  async readCalendar(file) {
    this.calendar = file ? await file.slice(0, MAX_CALENDAR_BYTES + 1).text() : "";
    this.sender.change(this.fields);
  }

  checkSize() {
    const { maxBytes, maxWords } = this.uploader.view.dataset;
    if (this.file.size <= Number(maxBytes)) return;
    this.failed({ code: "too_large", message: `This file is larger than ${maxWords}.`, hint: "Send the sound only, or ask for a higher limit." });
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  get fields() {
    const typed = [...this.element.querySelectorAll("[name]")].map((field) => [field.name, field.value]);
    // a title that nobody touched is left to the server, which also reads the calendar file
    const title = this.find("[name=title]");
    return { ...Object.fromEntries(typed), title: title.value === title.defaultValue ? "" : title.value, calendar: this.calendar ?? "" };
  }

  get isMoving() {
    return this.state === "sending" || this.state === "lost";
  }

  // waiting -> queued -> sending <-> lost, paused; then done or failed
  enter(state) {
    this.state = state;
    this.element.dataset.state = state;
    const shows = {
      "[data-bar]": !["waiting", "done", "failed"].includes(state),
      "[data-fields]": !["done", "failed"].includes(state),
      "[data-pause]": state === "queued" || state === "sending",
      "[data-resume]": state === "paused" || state === "lost" || (state === "failed" && this.canResume),
      "[data-remove]": state !== "done",
      "[data-lost]": state === "lost",
      "[data-done]": state === "done",
      "[data-open]": state === "done",
      "[data-problem]": state === "failed",
    };
    for (const [selector, isShown] of Object.entries(shows)) this.find(selector).hidden = !isShown;
  }

  queue() {
    this.enter("queued");
    this.write("", "", "Starts when another upload is done");
  }

  send() {
    this.pace.reset();
    this.enter("sending");
    clearTimeout(this.typing);
    this.write(this.sent ? this.sentWords : "", "", "");
    this.sender.start(this.fields);
  }

  pause() {
    this.sender.pause();
    this.enter("paused");
    this.write(this.sentWords, "", "Paused");
    this.find("[data-resume]").focus();
    this.uploader.startNext();
  }

  resume() {
    if (this.state === "lost") this.sender.retry(0);
    else this.queue();
    this.uploader.startNext();
    if (!this.find("[data-pause]").hidden) this.find("[data-pause]").focus();
  }

  get sentWords() {
    return `${size(this.sent)} of ${size(this.file.size)}`;
  }

  write(sent, speed, left) {
    const percent = Math.floor((100 * this.sent) / (this.file.size || 1));
    this.find("progress").value = percent;
    this.find("[data-percent]").textContent = `${percent} %`;
    this.find("[data-sent]").textContent = sent;
    this.find("[data-speed]").textContent = speed;
    this.find("[data-left]").textContent = left;
    this.uploader.update();
  }

  moved(sent) {
    if (this.state === "lost") this.enter("sending");
    this.sent = sent;
    const { speed, left } = this.pace.at(sent);
    this.write(this.sentWords, speed, left);
  }

  lost(sent) {
    this.sent = sent;
    this.pace.reset();
    this.enter("lost");
    this.write("", "", sent ? `Continues automatically from ${size(sent)}` : "Continues automatically when the connection is back");
  }

  async done(recording) {
    this.sent = this.file.size;
    clearTimeout(this.typing);
    this.url = `${this.uploader.view.dataset.recordings}${recording}`;
    this.find("[data-open]").href = this.url;
    this.enter("done");
    await this.showDetails(recording);
    this.uploader.finish();
  }

  async showDetails(recording) {
    const answer = await fetch(`${this.uploader.view.dataset.url}/${recording}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { state, earlier } = await answer.json();
    this.find("[data-done-words]").textContent = state ? `Uploaded. ${state}` : "Uploaded";
    if (!earlier) return;
    this.isDuplicate = true;
    const note = this.find("[data-earlier]");
    note.hidden = false;
    note.querySelector("span").textContent = `You uploaded this file on ${earlier.when}: `;
    note.querySelector("a").textContent = earlier.title;
    note.querySelector("a").href = earlier.url;
  }

  failed({ code, message, hint, retryable }) {
    const notice = this.uploader.view.querySelector("template[data-notice]").content.firstElementChild.cloneNode(true);
    const [head, text, small] = notice.querySelectorAll("p");
    head.textContent = message.replace(/\.$/, "");
    text.textContent = hint;
    small.textContent = code;
    this.canResume = Boolean(retryable) || code === "unauthorized" || code === "quota_exceeded";
    this.find("[data-problem]").replaceChildren(notice);
    this.sent = 0;
    this.enter("failed");
    this.uploader.finish();
  }
}
