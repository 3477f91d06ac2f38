"use strict";

// Light, dark, or as the system has it. The admin's switch keeps its choice in the same place, so one choice holds for both.

{
  const NEXT = { auto: "light", light: "dark", dark: "auto" };
  const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
  const root = document.documentElement;

  const chosen = () => {
    try {
      const kept = localStorage.getItem("theme");
      return kept in NEXT ? kept : "auto";
    } catch {
      return "auto"; // storage is switched off
    }
  };

  const show = (theme) => {
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      button.textContent = SIGNS[theme];
      button.title = `Theme: ${theme}`;
      button.setAttribute("aria-label", `Theme: ${theme}. Change to ${NEXT[theme]}`);
    }
    root.dispatchEvent(new Event("themechange"));
  };

  const change = () => {
    const next = NEXT[root.dataset.theme];
    try {
      localStorage.setItem("theme", next);
    } catch {
      // The choice holds for this page.
    }
    show(next);
  };

  show(chosen());
  document.addEventListener("DOMContentLoaded", () => {
    show(chosen());
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.addEventListener("click", change);
  });
}
