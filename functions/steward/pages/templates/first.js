// Before anything is drawn: with a script there will be buttons, and the details start folded away.
document.documentElement.classList.add("js", "loading");
