"use strict";

// Light, dark, or as the system has it. The admin's switch keeps its choice in the same place, so one choice holds for both.
// What draws its own colours listens to `themechange`; Swagger UI goes by the class `dark-mode`.

{
  const NEXT = { auto: "light", light: "dark", dark: "auto" };
  const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

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
    root.classList.toggle("dark-mode", theme === "dark" || (theme === "auto" && system.matches));
  };

  const label = (button) => {
    const { theme } = root.dataset;
    button.hidden = false;
    button.textContent = SIGNS[theme];
    button.title = `Theme: ${theme}`;
    button.setAttribute("aria-label", `Theme: ${theme}. Change to ${NEXT[theme]}`);
  };

  const change = (theme) => {
    show(theme);
    document.querySelectorAll("[data-theme-switch]").forEach(label);
    root.dispatchEvent(new Event("themechange"));
  };

  const choose = () => {
    const next = NEXT[root.dataset.theme];
    try {
      localStorage.setItem("theme", next);
    } catch {
      // The choice holds for this page.
    }
    change(next);
  };

  show(chosen());
  system.addEventListener("change", () => change(root.dataset.theme));
  window.addEventListener("storage", () => change(chosen()));
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      label(button);
      button.addEventListener("click", choose);
    }
  });
}
