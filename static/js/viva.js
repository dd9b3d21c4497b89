/* Small comforts on top of pages that work without script. */
"use strict";

(() => {
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* private mode */ } },
  };
  const draftKey = () => "viva-draft:" + location.pathname;

  function prepareComposer(form) {
    if (form.dataset.ready) return;
    form.dataset.ready = "1";
    const text = form.querySelector("textarea");
    const count = form.querySelector("[data-count]");
    const update = () => { count.textContent = [...text.value].length; };
    const kept = store.get(draftKey());
    if (kept && kept.length > text.value.length) text.value = kept;
    update();
    text.addEventListener("input", () => { update(); store.set(draftKey(), text.value); });
    text.addEventListener("keydown", (event) => {
      // An input method uses Enter to choose a candidate: that must never submit.
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        form.querySelector("[data-submit]").click();
      }
    });
    // Skipping is an ordinary form post; htmx must not take it over.
    const skip = form.querySelector("[data-plain]");
    if (skip) skip.addEventListener("click", (event) => {
      event.preventDefault();
      store.drop(draftKey());
      form.action = skip.formAction;
      form.noValidate = true;
      HTMLFormElement.prototype.submit.call(form);
    });
  }

  function prepare(root) {
    root.querySelectorAll("form[data-composer]").forEach(prepareComposer);
    root.querySelectorAll("[data-linked]").forEach(linkMarks);
  }

  /* Passages of the reference and spans of the answer light up together. */
  function linkMarks(area) {
    if (area.dataset.ready) return;
    area.dataset.ready = "1";
    const positions = (element) =>
      (element.dataset.passages || element.dataset.passage || "").split(" ").filter(Boolean);
    const show = (element, on) => {
      const wanted = new Set(positions(element));
      area.querySelectorAll("[data-passage], [data-passages]").forEach((other) => {
        if (positions(other).some((p) => wanted.has(p))) other.classList.toggle("is-linked", on);
      });
    };
    for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
      area.addEventListener(enter, (event) => {
        const element = event.target.closest("[data-passage], [data-passages]");
        if (element) show(element, true);
      });
      area.addEventListener(leave, (event) => {
        const element = event.target.closest("[data-passage], [data-passages]");
        if (element) show(element, false);
      });
    }
    area.addEventListener("click", (event) => {
      const element = event.target.closest(".said[data-passages], .passage[data-passage]");
      if (!element || event.target.closest("a")) return;
      const wanted = positions(element);
      const isAnswer = element.classList.contains("said");
      const other = [...area.querySelectorAll(isAnswer ? ".passage[data-passage]" : ".said[data-passages]")]
        .find((candidate) => positions(candidate).some((p) => wanted.includes(p)));
      if (other) other.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    });
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSwap", (event) => {
    prepare(document);
    const form = event.detail.elt;
    if (form.id === "stage" && document.querySelector("#stage .result, #stage .warming")) {
      store.drop(draftKey());
      const heading = document.querySelector("#stage .result h2");
      if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest && event.target.closest("form[data-composer]");
      const notice = form && form.querySelector("[data-offline]");
      if (notice) notice.hidden = false;
    });
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    document.querySelectorAll("[data-offline]").forEach((notice) => { notice.hidden = true; });
  });
})();
