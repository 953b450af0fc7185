"use strict";
// The page is complete without this script, which folds the details away and lets a person filter and sort.
(() => {
  const find = (query, from = document) => from.querySelector(query);
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const table = find("#clusters");
  all("button[disabled]").forEach((button) => { button.disabled = false; });
  if (!table) return document.documentElement.classList.remove("loading");

  const rows = all("tr.c", table);
  const folded = "onbeforematch" in window ? "until-found" : "";
  const said = { show: "", text: "" };
  const original = [...rows];
  const nameOf = (row) => find("th bdi", row).textContent;
  const words = new Map();
  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, row.textContent.toLowerCase());
    return words.get(row);
  };

  // Details
  const unfold = (row, open) => {
    const more = find(".d", row);
    if (!more) return;
    if (open) more.removeAttribute("hidden"); else more.setAttribute("hidden", folded);
    find(".open", row).setAttribute("aria-expanded", String(open));
    row.classList.toggle("unfolded", open);
  };
  const isOpen = (row) => row.classList.contains("unfolded");
  rows.forEach((row) => unfold(row, false));
  document.documentElement.classList.remove("loading");
  table.addEventListener("beforematch", (event) => unfold(event.target.closest("tr.c"), true), true);
  table.addEventListener("click", (event) => {
    if (event.target.closest("a, .d") || String(getSelection())) return;
    const row = event.target.closest("tr.c");
    if (row) unfold(row, !isOpen(row));
  });
  const every = find("#unfold");
  if (every) {
    every.addEventListener("click", () => {
      const open = every.getAttribute("aria-pressed") !== "true";
      every.setAttribute("aria-pressed", String(open));
      every.textContent = open ? "Hide all details" : "Show all details";
      rows.forEach((row) => unfold(row, open));
    });
  }

  // Filter
  const field = find("#find"), shown = find("#shown"), nothing = find("#nothing"), chips = all(".chip");
  const remember = () => {
    const state = new URLSearchParams();
    if (said.show) state.set("show", said.show);
    if (said.text) state.set("find", said.text);
    try { history.replaceState(null, "", "#" + state); } catch { /* a page that is not in a window of its own */ }
  };
  const filter = () => {
    let count = 0;
    const wanted = said.text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const fits = (!said.show || row.dataset.show.split(" ").includes(said.show))
        && wanted.every((word) => wordsOf(row).includes(word));
      row.hidden = !fits;
      count += fits;
    }
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.show === said.show)));
    const total = rows.length.toLocaleString("en");
    shown.textContent = count === rows.length
      ? `${total} cluster${count === 1 ? "" : "s"}` : `${count.toLocaleString("en")} of ${total} clusters`;
    if (nothing) nothing.hidden = count > 0;
  };
  const ask = (change) => { Object.assign(said, change); filter(); remember(); };
  chips.forEach((chip) => chip.addEventListener("click", () => {
    ask({ show: said.show === chip.dataset.show ? "" : chip.dataset.show });
  }));
  field.addEventListener("input", () => ask({ text: field.value.trim() }));
  if (nothing) find("#again").addEventListener("click", () => { field.value = ""; ask({ show: "", text: "" }); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape" && event.target === field) { field.value = ""; ask({ text: "" }); }
  });

  // Sort
  const value = (row, key) => {
    if (key === "name") return nameOf(row);
    if (key === "reason") return find(".why", row).textContent;
    const text = row.dataset[key] ?? "";
    return text === "" ? null : Number(text);
  };
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
  const sort = (key, direction) => {
    const keyed = original.map((row) => [direction ? value(row, key) : 0, row]);
    if (direction) {
      const sign = direction === "ascending" ? 1 : -1;
      // what has no value stays last, whichever way
      keyed.sort(([a], [b]) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : sign * compare(a, b)));
    }
    rows[0].parentNode.append(...keyed.map(([, row]) => row));
  };
  const sorts = all(".sort", table);
  sorts.forEach((button) => button.addEventListener("click", () => {
    const head = button.closest("th"), now = head.getAttribute("aria-sort");
    const order = button.dataset.first === "desc" ? ["descending", "ascending"] : ["ascending", "descending"];
    const next = now === "none" ? order[0] : now === order[0] ? order[1] : "none";
    sorts.forEach((other) => other.closest("th").setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", next);
    sort(button.dataset.key, next === "none" ? "" : next);
  }));

  // The times of a step, on hover and by the arrow keys
  const tip = find("#tip");
  const marks = (track) => all("rect, .m", track);
  const told = (mark) => {
    const title = find("title", mark);
    if (title) { mark.told = title.textContent; title.remove(); }
    return mark.told ?? "";
  };
  const tell = (mark) => {
    const text = mark ? told(mark) : "";
    all(".on", table).forEach((other) => other.classList.remove("on"));
    tip.hidden = !text;
    if (!text) return;
    mark.classList.add("on");
    tip.textContent = text;
    const box = mark.getBoundingClientRect(), own = tip.getBoundingClientRect(), edge = 8;
    const left = Math.min(Math.max(edge, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - edge);
    const above = box.top - own.height - edge;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > edge ? above : box.bottom + edge}px`;
  };
  table.addEventListener("pointerover", (event) => tell(event.target.closest(".track rect, .track use.m")));
  table.addEventListener("pointerleave", () => tell(null));
  addEventListener("scroll", () => tell(null), { passive: true });
  const tracks = () => all("tr.c:not([hidden]) .track", table);
  const first = find(".track", table);
  if (first) first.tabIndex = 0;
  const go = (from, to) => { if (to) { from.tabIndex = -1; to.tabIndex = 0; to.focus(); } };
  table.addEventListener("focusin", (event) => { if (event.target.matches(".track")) tell(marks(event.target)[0]); });
  table.addEventListener("focusout", () => tell(null));
  table.addEventListener("keydown", (event) => {
    const track = event.target.closest(".track");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") tell(null);
    if (!track || !step) return;
    event.preventDefault();
    const those = marks(track), at = those.findIndex((mark) => mark.classList.contains("on"));
    if (step[0]) tell(those[Math.min(those.length - 1, Math.max(0, at + step[0]))]);
    else { const those = tracks(); go(track, those[those.indexOf(track) + step[1]]); }
  });

  // What the address asks for: #show=failed, #find=finance, #cluster=finance-dwh
  const open = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const name = state.get("cluster");
    field.value = state.get("find") ?? field.value;
    Object.assign(said, { show: state.get("show") ?? "", text: field.value.trim() });
    filter();
    const row = name && rows.find((each) => nameOf(each) === name);
    if (row) { unfold(row, true); row.scrollIntoView({ block: "center" }); find(".open", row).focus(); }
  };
  addEventListener("hashchange", () => { if (location.hash.includes("=")) open(); });
  open();
})();
