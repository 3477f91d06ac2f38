"use strict";

// Offers movies and people below the header's search field as one types. Without it, the field's form opens the search page.

const PAUSE = 200;
const field = document.querySelector(".find input");
const box = document.querySelector(".find [role=listbox]");
const said = document.querySelector(".find [role=status]");
let timer, asked;

const options = () => [...box.querySelectorAll("[role=option]")];
const chosen = () => box.querySelector("[aria-selected=true]");

function close() {
  clearTimeout(timer);
  asked?.abort();
  asked = null;
  show("");
}

function show(html) {
  box.innerHTML = html;
  const number = options().length;
  box.hidden = !number;
  field.setAttribute("aria-expanded", String(!box.hidden));
  said.textContent = number ? `${number} suggestions` : "";
  choose(null);
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

async function ask() {
  const words = field.value.trim();
  if (!words) return close();
  asked?.abort();
  const mine = (asked = new AbortController());
  let html = "";
  try {
    const address = `${field.form.action}?${new URLSearchParams({ q: words, limit: 6 })}`;
    const answer = await fetch(address, { headers: { "HX-Target": box.id }, signal: mine.signal });
    if (answer.ok && !answer.redirected) html = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") console.warn(error);
  }
  // An older answer must not replace that of a later question, nor open what was closed.
  if (asked === mine) show(html);
}

function move(step) {
  const all = options();
  const place = all.indexOf(chosen()) + step;
  choose(place < -1 ? all.at(-1) : all[place]);
}

function press(key) {
  const all = options();
  if (key === "Escape") close();
  else if (key === "ArrowDown") move(1);
  else if (key === "ArrowUp") move(chosen() ? -1 : -2);
  // Without a choice, these keys move the cursor in the text.
  else if (key === "Home" && chosen()) choose(all[0]);
  else if (key === "End" && chosen()) choose(all.at(-1));
  else if (key === "Enter" && chosen()) chosen().click();
  else return false;
  return true;
}

if (field) {
  field.addEventListener("input", () => {
    choose(null);
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!box.hidden && press(event.key)) event.preventDefault();
    else if (box.hidden && event.key === "ArrowDown") ask();
  });
  // A click on an option must not take the focus away first.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  field.addEventListener("blur", close);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  const isSlash = event.key === "/" && !typing && !event.altKey && !event.ctrlKey && !event.metaKey;
  const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const target = field || document.querySelector("form[role=search] input");
  if (!(isSlash || isK) || !target) return;
  event.preventDefault();
  target.focus();
  target.select();
});
