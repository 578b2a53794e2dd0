// Runs before the first paint: marks that scripts run, so that elements that need them are shown.
document.documentElement.classList.add("js");
