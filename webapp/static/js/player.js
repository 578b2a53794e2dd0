// The player of a recording: sound, buttons, clock and speed. Waveform, transcript, chips and keys follow it.
import { startChips } from "./chips.js";
import { startKeys } from "./keys.js";
import { linkedSecond } from "./tabs.js";
import { followVoice } from "./voice.js";
import { startWaveform } from "./waveform.js";

let current = null;

export function startPlayer(root) {
  const bar = root.querySelector("[data-player]");
  if (!bar) return;
  const before = current;
  before?.end();
  current = new Player(bar);
  const voice = followVoice(current, root);
  startWaveform(current, voice, root);
  const chips = startChips(current, root);
  startKeys(current, voice, chips, root);
  if (before) current.goOnFrom(before);
  else current.cue();
}

class Player {
  constructor(bar) {
    this.bar = bar;
    this.audio = bar.querySelector("audio");
    this.audio.controls = false;
    this.listeners = [];
    this.ending = new AbortController();
    this.signal = this.ending.signal; // ends what listens to the page, once the page was replaced
    this.button = bar.querySelector("[data-play]");
    this.speed = bar.querySelector("[data-speed]");
    this.clock = bar.querySelector("[data-clock]");
    this.button.addEventListener("click", () => this.toggle());
    this.speed.addEventListener("change", () => (this.audio.playbackRate = Number(this.speed.value)));
    for (const button of bar.querySelectorAll("[data-skip]")) {
      button.addEventListener("click", () => this.skip(Number(button.dataset.skip)));
    }
    for (const name of ["play", "pause", "ended", "timeupdate", "seeking", "loadedmetadata"]) {
      this.audio.addEventListener(name, () => this.tell());
    }
    this.audio.addEventListener("play", () => this.run());
    this.listeners.push(() => this.show());
  }

  get seconds() {
    return this.audio.duration || Number(this.bar.dataset.seconds);
  }

  get at() {
    return this.audio.currentTime;
  }

  get isPlaying() {
    return !this.audio.paused;
  }

  toggle() {
    if (this.isPlaying) this.audio.pause();
    else this.play();
  }

  play() {
    this.bar.closest(".recording").classList.add("hearing");
    this.audio.play().catch((error) => {
      if (error.name === "NotSupportedError") this.fail();
    });
  }

  fail() {
    if (this.bar.querySelector("[role=alert]")) return;
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = "The sound cannot be played. Reload the page, then try again.";
    this.bar.prepend(line);
  }

  seek(second) {
    this.audio.currentTime = Math.min(Math.max(0, second), this.seconds);
    this.tell();
  }

  playFrom(second) {
    this.seek(second);
    this.play();
  }

  skip(seconds) {
    this.seek(this.at + seconds);
  }

  changeSpeed(step) {
    const place = this.speed.selectedIndex + step;
    if (place < 0 || place >= this.speed.options.length) return;
    this.speed.selectedIndex = place;
    this.audio.playbackRate = Number(this.speed.value);
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  // Words are shorter than the time between two events of the sound.
  run() {
    if (!this.isPlaying || this.signal.aborted) return;
    this.tell();
    requestAnimationFrame(() => this.run());
  }

  show() {
    this.bar.classList.toggle("playing", this.isPlaying);
    this.button.setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    this.clock.textContent = clock(this.at);
  }

  // A link leads to a second: playing begins there.
  cue() {
    const second = Number(linkedSecond());
    if (second > 0) this.seek(second);
    this.tell();
  }

  goOnFrom(before) {
    this.speed.value = before.speed.value;
    this.audio.playbackRate = Number(this.speed.value);
    this.seek(before.at);
    if (before.isPlaying) this.play();
  }

  end() {
    this.ending.abort();
  }
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
