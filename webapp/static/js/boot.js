// Before the first paint: scripts run, so what needs them may show.
document.documentElement.classList.add("js");
