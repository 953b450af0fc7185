"use strict";
// The page is complete without this script, which folds details and adds filters, search and sorting.
(() => {
  const find = (query, from = document) => from.querySelector(query);
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const table = find("#clusters");
  all("button[disabled]").forEach((button) => { button.disabled = false; });
  if (!table) return document.documentElement.classList.remove("loading");

  const rows = all("tr.c", table);
  const folded = "onbeforematch" in window ? "until-found" : "";
  const filters = { show: "", text: "" };
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
  const unfoldAll = find("#unfold");
  if (unfoldAll) {
    unfoldAll.addEventListener("click", () => {
      const open = unfoldAll.getAttribute("aria-pressed") !== "true";
      unfoldAll.setAttribute("aria-pressed", String(open));
      unfoldAll.textContent = open ? "Hide all details" : "Show all details";
      rows.forEach((row) => unfold(row, open));
    });
  }

  // Filter
  const field = find("#find"), shown = find("#shown"), nothing = find("#nothing"), chips = all(".chip");
  const saveToAddress = () => {
    const state = new URLSearchParams();
    if (filters.show) state.set("show", filters.show);
    if (filters.text) state.set("find", filters.text);
    try { history.replaceState(null, "", "#" + state); } catch { /* not allowed in a sandboxed frame */ }
  };
  const filter = () => {
    let count = 0;
    const searched = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const fits = (!filters.show || row.dataset.show.split(" ").includes(filters.show))
        && searched.every((word) => wordsOf(row).includes(word));
      row.hidden = !fits;
      count += fits;
    }
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.show === filters.show)));
    const total = rows.length.toLocaleString("en");
    shown.textContent = count === rows.length
      ? `${total} cluster${count === 1 ? "" : "s"}` : `${count.toLocaleString("en")} of ${total} clusters`;
    if (nothing) nothing.hidden = count > 0;
  };
  const setFilters = (change) => { Object.assign(filters, change); filter(); saveToAddress(); };
  chips.forEach((chip) => chip.addEventListener("click", () => {
    setFilters({ show: filters.show === chip.dataset.show ? "" : chip.dataset.show });
  }));
  field.addEventListener("input", () => setFilters({ text: field.value.trim() }));
  if (nothing) find("#again").addEventListener("click", () => { field.value = ""; setFilters({ show: "", text: "" }); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape" && event.target === field) { field.value = ""; setFilters({ text: "" }); }
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
      // rows without a value stay last in both directions
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

  // Tooltips of steps, on hover and with the arrow keys
  const tip = find("#tip");
  const marks = (track) => all("rect, .m", track);
  const tipText = (mark) => {
    const title = find("title", mark);
    if (title) { mark.tipText = title.textContent; title.remove(); }
    return mark.tipText ?? "";
  };
  const showTip = (mark) => {
    const text = mark ? tipText(mark) : "";
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
  table.addEventListener("pointerover", (event) => showTip(event.target.closest(".track rect, .track use.m")));
  table.addEventListener("pointerleave", () => showTip(null));
  addEventListener("scroll", () => showTip(null), { passive: true });
  const tracks = () => all("tr.c:not([hidden]) .track", table);
  const first = find(".track", table);
  if (first) first.tabIndex = 0;
  const go = (from, to) => { if (to) { from.tabIndex = -1; to.tabIndex = 0; to.focus(); } };
  table.addEventListener("focusin", (event) => { if (event.target.matches(".track")) showTip(marks(event.target)[0]); });
  table.addEventListener("focusout", () => showTip(null));
  table.addEventListener("keydown", (event) => {
    const track = event.target.closest(".track");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") showTip(null);
    if (!track || !step) return;
    event.preventDefault();
    const own = marks(track), at = own.findIndex((mark) => mark.classList.contains("on"));
    if (step[0]) showTip(own[Math.min(own.length - 1, Math.max(0, at + step[0]))]);
    else { const shown = tracks(); go(track, shown[shown.indexOf(track) + step[1]]); }
  });

  // Filters and cluster from the address: #show=failed, #find=finance, #cluster=finance-dwh
  const open = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const name = state.get("cluster");
    field.value = state.get("find") ?? field.value;
    Object.assign(filters, { show: state.get("show") ?? "", text: field.value.trim() });
    filter();
    const row = name && rows.find((each) => nameOf(each) === name);
    if (row) { unfold(row, true); row.scrollIntoView({ block: "center" }); find(".open", row).focus(); }
  };
  addEventListener("hashchange", () => { if (location.hash.includes("=")) open(); });
  open();
})();
