// One upload by XMLHttpRequest, the only one that tells how far it is.
import { size, span } from "./words.js";

const LOST = { code: "network", message: "The connection was lost.", hint: "Check the network, then choose the file again." };

export function sendFile(url, token, form, total, tell, started) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const pace = new Pace(total);
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", (event) => tell(pace.at(Math.min(event.loaded, total))));
    request.addEventListener("load", () => resolve(read(request)));
    request.addEventListener("error", () => resolve({ error: LOST }));
    request.addEventListener("abort", () => resolve({ error: LOST }));
    started(request);
    request.send(form);
  });
}

function read(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return { error: { code: `http_${request.status}`, message: "The server did not take the file.", hint: "Try again in a minute." } };
  }
}

// Speed over the last few seconds, so that it follows the line and does not jump.
class Pace {
  constructor(total) {
    this.total = total;
    this.points = [[performance.now(), 0]];
  }

  at(sent) {
    const now = performance.now();
    this.points.push([now, sent]);
    while (this.points.length > 2 && now - this.points[0][0] > 5000) this.points.shift();
    const [then, before] = this.points[0];
    const seconds = (now - then) / 1000;
    const speed = seconds > 0.5 ? (sent - before) / seconds : 0;
    const left = speed ? `${span((this.total - sent) / speed)} left` : "";
    return { sent, speed: speed ? `${size(speed)}/s` : "", left: sent < this.total ? left : "Storing the file" };
  }
}
