// Sizes and durations in words, as the server writes them.
export function size(count) {
  for (const [unit, factor] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (count >= factor) return `${count / factor < 10 ? (count / factor).toFixed(1) : Math.round(count / factor)} ${unit}`;
  }
  return `${count} B`;
}

export function span(seconds) {
  if (seconds < 55) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

export function kind(file) {
  const suffix = file.name.includes(".") ? file.name.split(".").pop().toUpperCase() : "File";
  const type = file.type.startsWith("video/") ? `${suffix} video` : suffix;
  return `${type.slice(0, 20)}, ${size(file.size)}`;
}

export function count(number, one) {
  return `${number} ${number === 1 ? one : `${one}s`}`;
}
