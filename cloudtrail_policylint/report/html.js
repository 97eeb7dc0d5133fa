"use strict";
(() => {
  const form = document.getElementById("filter");
  const status = document.getElementById("shown");
  const findings = Array.from(document.querySelectorAll(".finding"));
  const files = Array.from(document.querySelectorAll(".file"));
  const fields = Array.from(form.querySelectorAll("select"));
  const texts = new Map();

  // The words that the search looks for in a finding; read when they are first asked for.
  const textOf = (finding) => {
    if (!texts.has(finding)) {
      const path = finding.parentElement.querySelector("h3").textContent;
      texts.set(finding, `${path} ${finding.textContent}`.toLowerCase());
    }
    return texts.get(finding);
  };

  const apply = () => {
    const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = fields.filter((field) => field.value !== "");
    let shown = 0;
    for (const finding of findings) {
      finding.hidden =
        !wanted.every((field) => `=${finding.dataset[field.name]}` === field.value) ||
        !words.every((word) => textOf(finding).includes(word));
      shown += finding.hidden ? 0 : 1;
    }
    for (const file of files) {
      file.hidden = file.querySelector(".finding:not([hidden])") === null;
    }
    status.textContent = `${shown} of ${findings.length} shown`;
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply, 0));
  form.hidden = findings.length === 0;

  // A name in a chart chooses it in the filter.
  for (const name of document.querySelectorAll("[data-choose]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...name.childNodes);
    button.addEventListener("click", () => {
      form.reset();
      form.elements[name.dataset.choose].value = `=${name.dataset.value}`;
      apply();
      document.getElementById("findings").scrollIntoView();
      form.elements[name.dataset.choose].focus({ preventScroll: true });
    });
    name.append(button);
  }

  // What a rule says is in the page once; a finding shows it when it is opened.
  document.addEventListener("toggle", (event) => {
    const link = event.target.querySelector(":scope > a.told");
    if (link !== null) {
      const told = document.getElementById(link.hash.slice(1)).querySelector("dl");
      link.replaceWith(told.cloneNode(true));
    }
  }, true);

  // A link to a finding shows it, whatever the filter says.
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target !== null && target.closest("[hidden]") !== null) {
      form.reset();
      apply();
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", follow);

  // Source lines that may have to be scrolled can be focused, so that keys scroll them.
  const narrow = matchMedia("(max-width: 64rem)");
  const focusable = () => {
    for (const source of document.querySelectorAll("pre")) {
      source.tabIndex = narrow.matches ? 0 : -1;
    }
  };
  narrow.addEventListener("change", focusable);
  focusable();
  apply();
})();
