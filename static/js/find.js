"use strict";

// Offers movies below the header's search field as one types. Without it, the field's form opens the search page.

const PAUSE = 200;
const field = document.querySelector(".find input");
const box = document.querySelector(".find [role=listbox]");
let timer, asked;

const options = () => [...box.querySelectorAll("[role=option]")];
const chosen = () => box.querySelector("[aria-selected=true]");

function close() {
  clearTimeout(timer);
  asked?.abort();
  box.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

async function ask() {
  asked?.abort();
  const words = field.value.trim();
  if (!words) return close();
  asked = new AbortController();
  try {
    const address = `${field.form.action}?${new URLSearchParams({ q: words, limit: 8 })}`;
    const answer = await fetch(address, { headers: { "HX-Target": box.id }, signal: asked.signal });
    if (!answer.ok || answer.redirected) return close();
    box.innerHTML = await answer.text();
    box.hidden = !options().length;
    field.setAttribute("aria-expanded", String(!box.hidden));
    choose(null);
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

function move(step) {
  const all = options();
  const place = all.indexOf(chosen()) + step;
  choose(place < -1 ? all.at(-1) : all[place]);
}

if (field) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || box.hidden) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(chosen() ? -1 : -2);
    else if (event.key === "Enter" && chosen()) location.assign(chosen().dataset.href);
    else return;
    event.preventDefault();
  });
  // A click on an option must not take the focus away first.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.href);
  });
  field.addEventListener("blur", close);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  const isWanted = (event.key === "/" && !typing && !event.altKey && !event.ctrlKey && !event.metaKey) || (event.key === "k" && (event.ctrlKey || event.metaKey));
  const target = field || document.querySelector("form[role=search] input");
  if (!isWanted || !target) return;
  event.preventDefault();
  target.focus();
  target.select();
});
