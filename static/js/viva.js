/* Small comforts on top of pages that work without script. */
"use strict";

(() => {
  /* Times are sent as the server's; a reader wants them in the own zone and language. */
  function localTimes() {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    document.querySelectorAll("time[data-local]").forEach((time) => {
      time.textContent = format.format(new Date(time.dateTime));
      delete time.dataset.local;
    });
  }

  /* Days begin at the reader's midnight: the server knows it from here on (interview/middleware.py). */
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `viva-zone=${zone};path=/;max-age=31536000;samesite=lax` + (location.protocol === "https:" ? ";secure" : "");

  /* What scrolls sideways inside the text must be reachable without a pointer. */
  function scrollers() {
    document.querySelectorAll(".content :is(.formula, .table, pre, p, li, dd), .scroll").forEach((box) => {
      if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) box.tabIndex = 0;
    });
  }

  function prepare() {
    document.querySelectorAll("[data-linked]").forEach(linkMarks);
    document.querySelectorAll("[data-print]").forEach((button) => {
      button.hidden = false;
      button.onclick = () => print();
    });
    localTimes();
    scrollers();
  }

  /* Passages of the reference and spans of the answer light up together: by pointer, by focus, and
     for good (until Escape or a tap elsewhere) by tap or Enter, which also brings the other one in. */
  const MARKS = ".said[data-passages], .passage[data-passage][data-state]";
  const positions = (element) => (element.dataset.passages || element.dataset.passage || "").split(" ").filter(Boolean);

  function linkMarks(area) {
    if (area.dataset.ready) return;
    area.dataset.ready = "1";
    let pinned = null;
    const show = (element) => {
      const wanted = new Set(element ? positions(element) : []);
      let pairs = 0;
      area.querySelectorAll(MARKS).forEach((mark) => {
        const on = positions(mark).some((p) => wanted.has(p));
        mark.classList.toggle("is-linked", on);
        pairs += on;
      });
      area.classList.toggle("is-linking", pairs > 0);
    };
    const markOf = (event) => (event.target.closest ? event.target.closest(MARKS) : null);
    const counterpart = (element) => {
      const wanted = positions(element);
      const others = element.classList.contains("said") ? ".passage[data-passage][data-state]" : ".said[data-passages]";
      return [...area.querySelectorAll(others)].find((other) => positions(other).some((p) => wanted.includes(p)));
    };
    const pin = (element) => {
      pinned = element;
      show(element);
      const other = element && counterpart(element);
      if (other) other.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      return other;
    };
    for (const enter of ["mouseover", "focusin"]) area.addEventListener(enter, (event) => { const mark = markOf(event); if (mark) show(mark); });
    for (const leave of ["mouseout", "focusout"]) area.addEventListener(leave, (event) => { if (markOf(event)) show(pinned); });
    area.addEventListener("click", (event) => {
      if (event.target.closest("a, summary, button")) return;
      pin(markOf(event));
    });
    area.addEventListener("keydown", (event) => {
      const mark = markOf(event);
      if (event.key === "Escape") pin(null);
      else if (event.key === "Enter" && mark === event.target) {
        const other = pin(mark);
        if (other) { other.tabIndex = 0; other.focus({ preventScroll: true }); }
      }
    });
  }

  document.addEventListener("keydown", (event) => {
    const sheet = document.querySelector("[data-keys]");
    if (event.key !== "?" || !sheet || event.target.closest("input, textarea, select")) return;
    sheet.open = !sheet.open;
    sheet.scrollIntoView({ block: "nearest" });
    sheet.querySelector("summary").focus();
  });
  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:afterSwap", (event) => {
    prepare();
    // A panel that comes in beside what is being read is said and no more; only a result takes the
    // focus, and only when it is in what came.
    const arrived = event.target;
    if (arrived.matches("[data-say]")) document.getElementById("announcer").textContent = arrived.dataset.say;
    const result = arrived.matches("[data-announce]") ? arrived : arrived.querySelector("[data-announce]");
    if (!result) return;
    document.getElementById("announcer").textContent = result.dataset.announce;
    delete result.dataset.announce;
    const heading = result.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });
  // A session that ended while somebody typed: the text is kept here, the sign-in page comes back to it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const address = new URL(event.detail.xhr.responseURL || location.href);
    const wanted = event.detail.requestConfig.path.split("?")[0];
    if (address.searchParams.has("next") && address.pathname !== wanted) {
      event.detail.shouldSwap = false;
      address.searchParams.set("next", location.pathname);
      if (event.detail.target.id !== "draft-state") location.assign(address);
    }
  });
})();
