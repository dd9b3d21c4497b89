/* The import page: dropping files and folders, and small comforts in the table. Without script the
   plain file inputs and buttons do the same. */
"use strict";

(() => {
  const READ = /\.(md|markdown|mdown|mkd|txt|zip|png|jpe?g|gif|webp)$/i;

  function prepareUpload(form) {
    const files = form.querySelector("#id_files");
    const folder = form.querySelector("#id_folder");
    const zone = form.querySelector("[data-zone]");
    const list = form.querySelector("[data-list]");
    const tooMany = form.querySelector("[data-too-many]");
    const button = form.querySelector("[data-busy]");
    form.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
    let chosen = [];  // {file, path}

    const isWanted = ({ path }) => READ.test(path) && !path.split("/").some((part) => part.startsWith("."));

    function choose(found) {
      chosen = found.filter(isWanted);
      const transfer = new DataTransfer();
      chosen.forEach(({ file }) => transfer.items.add(file));
      files.files = transfer.files;
      folder.value = "";
      form.elements.paths.value = JSON.stringify(chosen.map(({ path }) => path));
      const shown = chosen.slice(0, 12).map(({ path }) => path);
      if (chosen.length > shown.length) shown.push(`… +${chosen.length - shown.length}`);
      list.replaceChildren(...shown.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
      list.hidden = !chosen.length;
      tooMany.hidden = chosen.length <= Number(form.dataset.maxFiles);
      button.disabled = !tooMany.hidden;
    }

    const pathOf = (file) => file.webkitRelativePath || file.name;
    for (const input of [files, folder]) {
      input.addEventListener("change", () => choose([...input.files].map((file) => ({ file, path: pathOf(file) }))));
    }

    async function entriesOf(directory) {
      const reader = directory.createReader();
      const all = [];
      for (;;) {  // a reader gives a hundred entries at a time
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) return all;
        all.push(...some);
      }
    }

    async function walk(entry, found) {
      if (entry.name.startsWith(".") || found.length > 5000) return;
      if (entry.isDirectory) {
        for (const child of await entriesOf(entry)) await walk(child, found);
      } else {
        const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
        found.push({ file, path: entry.fullPath.replace(/^\//, "") });
      }
    }

    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("is-over", name === "dragenter" || name === "dragover");
      });
    }
    zone.addEventListener("drop", async (event) => {
      // The list of items is emptied as soon as this handler waits for anything.
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
      const plain = [...event.dataTransfer.files];
      const found = [];
      if (entries.some(Boolean)) for (const entry of entries.filter(Boolean)) await walk(entry, found);
      else plain.forEach((file) => found.push({ file, path: file.name }));
      choose(found);
    });
  }

  /* A button that starts something slow says so, and cannot be pressed twice. */
  function prepareBusy(form) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || !button.dataset.busy) return;
      button.textContent = button.dataset.busy;
      // Disabled only after the form has been read, or the button's own value would be lost.
      setTimeout(() => { button.disabled = true; });
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  function prepareTable(table) {
    const all = table.querySelector("[data-all]");
    const boxes = [...table.querySelectorAll("[data-take]")];
    if (boxes.length) {
      all.hidden = false;
      const show = () => { all.checked = boxes.every((box) => box.checked); };
      show();
      all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
      boxes.forEach((box) => box.addEventListener("change", show));
    }
    // A second click on "Preview" closes it again.
    table.addEventListener("htmx:confirm", (event) => {
      const link = event.target.closest("[data-preview]");
      if (!link) return;
      const shown = document.getElementById(link.dataset.preview);
      const isOpen = Boolean(shown.firstChild);
      link.setAttribute("aria-expanded", String(!isOpen));
      if (isOpen) { event.preventDefault(); shown.replaceChildren(); }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form[data-upload]").forEach(prepareUpload);
    document.querySelectorAll("form.plan, form[data-upload]").forEach(prepareBusy);
    document.querySelectorAll(".plan__table").forEach(prepareTable);
  });
})();
