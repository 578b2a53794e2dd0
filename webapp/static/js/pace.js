// The upload speed over the last few seconds, so that it follows the connection without jumping.
import { size, span } from "./words.js";

export class Pace {
  constructor(total) {
    this.total = total;
    this.points = [];
  }

  reset() {
    this.points = [];
  }

  at(sent) {
    const now = performance.now();
    this.points.push([now, sent]);
    while (this.points.length > 2 && now - this.points[0][0] > 5000) this.points.shift();
    const [then, before] = this.points[0];
    const seconds = (now - then) / 1000;
    const speed = seconds > 0.5 ? (sent - before) / seconds : 0;
    const left = speed > 0 ? `${span((this.total - sent) / speed)} left` : "";
    return { speed: speed > 0 ? `${size(speed)}/s` : "", left: sent < this.total ? left : "Storing the file" };
  }
}
