// Runs before the first paint: with scripts, buttons work and the details start folded.
document.documentElement.classList.add("js", "loading");
