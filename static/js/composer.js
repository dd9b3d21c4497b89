/* The answer's composer: the draft's local copy, two windows, the clock, the preview, speaking. */
"use strict";

(() => {
  const PREFIX = "viva-draft:";
  const RETRY = 5000; // milliseconds until the server is tried again
  const FORGOTTEN = 30 * 24 * 3600 * 1000;

  /* Copies of what the server has not confirmed, by question and by the page that wrote them. */
  const copies = {
    put: (key, copy) => { try { localStorage.setItem(key, JSON.stringify({ ...copy, at: Date.now() })); } catch { /* private mode */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* private mode */ } },
    of(place) {
      const found = [];
      try {
        for (const key of Object.keys(localStorage)) {
          if (!key.startsWith(PREFIX)) continue;
          let copy = null;
          try { copy = JSON.parse(localStorage.getItem(key)); } catch { /* not one of ours */ }
          if (!copy || Date.now() - copy.at > FORGOTTEN) copies.drop(key);
          else if (key.startsWith(place)) found.push({ key, ...copy });
        }
      } catch { /* private mode */ }
      return found.sort((a, b) => b.at - a.at);
    },
  };

  const announce = (text) => { document.getElementById("announcer").textContent = text; };

  function prepareComposer(form) {
    if (form.dataset.ready) return;
    form.dataset.ready = "1";
    const text = form.querySelector("textarea");
    const base = form.querySelector("[name=base]");
    const place = PREFIX + form.dataset.composer + ":";
    const key = place + form.querySelector("[name=submission]").value;
    const submit = form.querySelector("[data-submit]");
    const count = form.querySelector("[data-count]");
    let unsaved = false;
    let retry = 0;

    const measure = () => {
      const length = [...text.value].length;
      count.textContent = length;
      count.parentElement.classList.toggle("count--over", length > Number(text.dataset.max));
    };
    const keep = () => {
      unsaved = true;
      copies.put(key, { text: text.value, base: Number(base.value) });
    };
    const save = () => { if (form.isConnected) htmx.trigger(text, "viva:save"); };
    const put = (value) => {
      text.value = value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    };
    text.addEventListener("input", () => { measure(); keep(); });

    /* -- another text for the same question: from another window, or kept on this device -- */
    function offer(panel, other) {
      const shown = panel.querySelector("[data-other]");
      const settled = () => {
        if (panel.dataset.version) base.value = panel.dataset.version;
        if (other) copies.drop(other.key);
        copies.drop(place + "swapped");
        panel.remove();
        text.focus();
        keep();
        save();
      };
      panel.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
      panel.querySelector("[data-clash-keep]").addEventListener("click", settled);
      panel.querySelector("[data-clash-join]").addEventListener("click", () => {
        put(shown.textContent + "\n\n" + text.value);
        settled();
      });
      panel.querySelector("[data-clash-swap]").addEventListener("click", () => {
        const mine = text.value;
        copies.put(place + "swapped", { text: mine, base: -1 });
        if (panel.dataset.version) base.value = panel.dataset.version;
        put(shown.textContent);
        shown.textContent = mine;
      });
    }
    const offerClash = () => {
      const panel = form.querySelector("#clash [data-clash]:not([data-offered])");
      if (!panel) return;
      panel.dataset.offered = "1";
      offer(panel);
    };

    if (text.value !== text.defaultValue) keep(); // typed before this script ran
    offerClash();
    for (const copy of copies.of(place)) {
      if (copy.key === key) continue;
      if (copy.text === text.value || !copy.text.trim()) {
        copies.drop(copy.key);
      } else if (copy.base === Number(base.value) && text.value === text.defaultValue) {
        copies.drop(copy.key);
        put(copy.text);
        setTimeout(save, 500); // htmx may not be listening yet
        form.querySelector("[data-restored]").hidden = false;
      } else if (!form.querySelector("[data-clash]")) {
        const panel = form.querySelector("[data-clash-template]").content.firstElementChild.cloneNode(true);
        panel.querySelector("[data-other]").textContent = copy.text;
        form.querySelector("#clash").append(panel);
        offer(panel, copy);
      }
    }
    measure();

    text.addEventListener("keydown", (event) => {
      // An input method uses Enter to choose a candidate: that must never submit.
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        submit.click();
      }
    });

    /* -- what became of a request -- */
    form.addEventListener("htmx:afterRequest", (event) => {
      const { successful, xhr, elt, requestConfig } = event.detail;
      const version = xhr.getResponseHeader("Draft-Version");
      if (version && elt === text) {
        base.value = version;
        unsaved = requestConfig.parameters.answer !== text.value;
        if (unsaved) keep(); else copies.drop(key);
      }
      if (successful) tell("");
    });
    const tell = (what) => {
      for (const kind of ["offline", "busy", "stale"]) form.querySelector(`[data-${kind}]`).hidden = kind !== what;
    };
    const failed = (event) => {
      const xhr = event.detail.xhr;
      const status = xhr ? xhr.status : 0;
      clearTimeout(retry);
      tell(status === 503 ? "busy" : status === 403 ? "stale" : "offline");
      if (status === 403) return; // the page's token is too old: only a new page helps
      // The same answer twice is one attempt.
      if (status === 503 && event.target === submit) form.dataset.again = "1";
      const wait = status === 503 ? 1000 * Number(xhr.getResponseHeader("Retry-After")) : 0;
      retry = setTimeout(again, wait || RETRY);
    };
    const again = () => {
      if (!form.isConnected) return;
      if (form.dataset.expired || form.dataset.again) {
        delete form.dataset.again;
        submit.click();
      } else if (unsaved) {
        save();
      }
    };
    for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) form.addEventListener(name, failed);
    window.addEventListener("online", again);
    form.addEventListener("submit", () => { form.dataset.leaving = "1"; });
    form.leave = () => {
      if (unsaved && !form.dataset.leaving) navigator.sendBeacon(form.dataset.composer, new FormData(form));
    };
    form.answered = () => copies.drop(key);
    form.offerClash = offerClash;

    preparePreview(form, text);
    prepareVoice(form, text, put);
  }

  /* -- the answer as it will look -- */
  function preparePreview(form, text) {
    const button = form.querySelector("[data-preview]");
    const section = form.querySelector(".preview");
    const show = (on) => {
      section.hidden = !on;
      button.setAttribute("aria-expanded", String(on));
    };
    show(!section.hidden);
    button.addEventListener("click", (event) => {
      if (section.hidden) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      show(false);
    }, true);
    section.addEventListener("htmx:afterSwap", () => show(true));
    let soon = 0;
    text.addEventListener("input", () => {
      clearTimeout(soon);
      if (!section.hidden) soon = setTimeout(() => htmx.trigger(button, "viva:preview"), 700);
    });
  }

  /* -- speaking, with the browser's own recognition where it has one -- */
  function prepareVoice(form, text, put) {
    const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
    const button = form.querySelector("[data-voice]");
    if (!Recognition || !button) return;
    button.hidden = false;
    let listening = null;
    const show = (on) => {
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("[data-voice-on]").hidden = !on;
      button.querySelector("[data-voice-off]").hidden = on;
      form.querySelector("[data-voice-note]").hidden = !on;
    };
    button.addEventListener("click", () => {
      if (listening) {
        listening.stop();
        return;
      }
      listening = new Recognition();
      listening.lang = button.dataset.voice;
      listening.continuous = true;
      listening.addEventListener("result", (event) => {
        for (let n = event.resultIndex; n < event.results.length; n += 1) {
          if (!event.results[n].isFinal || !form.isConnected) continue;
          const said = event.results[n][0].transcript.trim();
          const before = text.value.slice(0, text.selectionStart);
          const gap = /[\w.,;:!?)]$/.test(before) ? " " : "";
          const after = text.value.slice(text.selectionEnd);
          put(before + gap + said + after);
          text.selectionStart = text.selectionEnd = (before + gap + said).length;
        }
      });
      listening.addEventListener("end", () => { listening = null; show(false); });
      listening.addEventListener("error", () => { if (listening) listening.stop(); });
      listening.start();
      show(true);
    });
  }

  /* -- the clock: the server says how much is left, this page only shows it -- */
  function startClock(clock) {
    if (clock.dataset.ready) return;
    clock.dataset.ready = "1";
    const end = Date.now() + 1000 * Number(clock.dataset.remaining);
    let warned = Number(clock.dataset.remaining) < 60;
    const two = (n) => String(n).padStart(2, "0");
    const tick = () => {
      if (!clock.isConnected) return clearInterval(ticking);
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      const minutes = Math.floor(left / 60);
      clock.textContent = left ? (minutes < 60 ? minutes : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`) + ":" + two(left % 60) : clock.dataset.over;
      clock.parentElement.classList.toggle("clock--soon", left <= 60);
      if (left <= 60 && !warned) {
        warned = true;
        announce(clock.dataset.soon);
      }
      if (!left) {
        clearInterval(ticking);
        announce(clock.dataset.over);
        const form = document.querySelector("form[data-composer]");
        if (form) {
          form.dataset.expired = "1";
          form.querySelector("[data-submit]").click();
        }
      }
      return undefined;
    };
    const ticking = setInterval(tick, 500);
    tick();
  }

  function prepare() {
    document.querySelectorAll("form[data-composer]").forEach(prepareComposer);
    document.querySelectorAll("[data-remaining]").forEach(startClock);
  }

  let answering = null; // the composer whose answer is on its way
  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest && event.target.closest("form[data-composer]");
    if (form && event.target.matches("[data-submit]")) answering = form;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const refused = (form) => [...document.querySelectorAll("form[data-composer]")].some((other) => other.dataset.composer === form.dataset.composer);
    if (answering && !answering.isConnected && document.querySelector("#stage [data-result]") && !refused(answering)) answering.answered();
    prepare();
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    document.querySelectorAll("form[data-composer]").forEach((form) => form.offerClash && form.offerClash());
  });
  window.addEventListener("pagehide", () => {
    document.querySelectorAll("form[data-composer]").forEach((form) => form.leave && form.leave());
  });
})();
