// The waveform: bars in the colours of the speakers, a playhead, marks of points; a slider for pointer and keys.
const STEP = 4; // a bar and the gap behind it, in pixels
const MARKS = { decisions: diamond, action_items: square, questions: ring };
const MARKS_APART = 10;
const KEYS = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 };

export function startWaveform(player, voice, root) {
  const slider = player.bar.querySelector("[data-waveform]");
  const canvas = slider.querySelector("canvas");
  const peaks = player.bar.dataset.peaks.split(" ").map(Number);
  const marks = findMarks(root);
  let bars = [];
  let ink = "";

  const measure = () => {
    const ratio = devicePixelRatio;
    canvas.width = Math.round(slider.clientWidth * ratio);
    canvas.height = Math.round(slider.clientHeight * ratio);
    canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    ink = colourOf(player.bar, "--ink");
    bars = makeBars(Math.floor(slider.clientWidth / STEP));
    draw();
  };

  const makeBars = (count) =>
    Array.from({ length: count }, (_, number) => {
      const part = (place) => Math.floor((place * peaks.length) / count);
      const inside = peaks.slice(part(number), Math.max(part(number) + 1, part(number + 1)));
      const spine = voice.turnAt(((number + 0.5) / count) * player.seconds)?.querySelector(".spine");
      return { height: Math.max(...inside) || 0, colour: spine ? colourOf(spine, "--s") : colourOf(player.bar, "--ink-3") };
    });

  const draw = () => {
    const [width, height] = [slider.clientWidth, slider.clientHeight];
    const pen = canvas.getContext("2d");
    const room = marks.length ? 16 : 0;
    const middle = room + (height - room) / 2;
    const head = (player.at / player.seconds) * width;
    pen.clearRect(0, 0, width, height);
    bars.forEach((bar, number) => {
      const tall = Math.max(2, (bar.height / 100) * (height - room));
      pen.globalAlpha = number * STEP < head ? 1 : 0.42;
      pen.fillStyle = bar.colour;
      pen.fillRect(number * STEP, middle - tall / 2, 2, tall);
    });
    pen.globalAlpha = 1;
    pen.fillStyle = pen.strokeStyle = ink;
    drawMarks(pen, marks, width / player.seconds);
    pen.fillRect(Math.min(width - 2, Math.max(0, head - 1)), room / 2, 2, height - room / 2);
  };

  const tell = () => {
    const second = Math.floor(player.at);
    if (slider.getAttribute("aria-valuenow") === String(second) && slider.hasAttribute("aria-valuetext")) return;
    const name = voice.by.textContent.slice(voice.by.querySelector(".speaker-badge")?.textContent.length ?? 0);
    slider.setAttribute("aria-valuenow", String(second));
    slider.setAttribute("aria-valuetext", `${inWords(second)} of ${inWords(player.seconds)}${name ? `, ${name}` : ""}`);
  };

  const seek = (event) => player.seek(((event.clientX - slider.getBoundingClientRect().left) / slider.clientWidth) * player.seconds);
  slider.addEventListener("pointerdown", (event) => {
    slider.setPointerCapture(event.pointerId);
    seek(event);
  });
  slider.addEventListener("pointermove", (event) => slider.hasPointerCapture(event.pointerId) && seek(event));
  slider.addEventListener("keydown", (event) => {
    const places = { Home: 0, End: player.seconds };
    const step = KEYS[event.key];
    if (!(event.key in places) && !step) return;
    event.preventDefault();
    if (step) player.skip(event.shiftKey ? Math.sign(step) : step);
    else player.seek(places[event.key]);
  });
  player.onChange(() => {
    draw();
    tell();
  });
  const sizes = new ResizeObserver(measure);
  sizes.observe(slider);
  player.signal.addEventListener("abort", () => sizes.disconnect());
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", measure, { signal: player.signal });
  }
}

function findMarks(root) {
  const found = Object.keys(MARKS).flatMap((kind) =>
    [...root.querySelectorAll(`.point.${kind} > .chip[data-at]`)].map((chip) => ({ kind, at: Number(chip.dataset.at) })),
  );
  return found.sort((one, other) => one.at - other.at);
}

function drawMarks(pen, marks, scale) {
  let last = -MARKS_APART;
  for (const { kind, at } of marks) {
    const x = Math.max(6, at * scale);
    if (x - last < MARKS_APART) continue; // they merge
    last = x;
    pen.beginPath();
    MARKS[kind](pen, x, 6);
  }
}

function diamond(pen, x, y) {
  for (const [right, down] of [[0, -4.5], [4.5, 0], [0, 4.5], [-4.5, 0]]) pen.lineTo(x + right, y + down);
  pen.fill();
}

function square(pen, x, y) {
  pen.lineWidth = 1.6;
  pen.strokeRect(x - 3, y - 3, 6, 6);
}

function ring(pen, x, y) {
  pen.lineWidth = 1.6;
  pen.arc(x, y, 3, 0, 2 * Math.PI);
  pen.stroke();
}

function colourOf(element, token) {
  if (matchMedia("(forced-colors: active)").matches) return "CanvasText";
  return getComputedStyle(element).getPropertyValue(token) || getComputedStyle(element).color;
}

function inWords(seconds) {
  const units = [["hour", 3600, Infinity], ["minute", 60, 60], ["second", 1, 60]];
  const parts = units.map(([unit, size, limit]) => [Math.floor(seconds / size) % limit, unit]).filter(([count]) => count);
  return parts.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ") || "0 seconds";
}
