"use strict";

// Light or dark: as chosen on the site or in the admin, which keep the choice in the same place, else as the system has it.

{
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  const chosen = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return "auto"; // storage is switched off
    }
  };

  const show = () => {
    const isDark = chosen() === "dark" || (chosen() !== "light" && system.matches);
    root.dataset.theme = isDark ? "dark" : "light";
    root.classList.toggle("dark-mode", isDark); // Swagger UI's own name for it
    root.dispatchEvent(new Event("themechange"));
  };

  show();
  system.addEventListener("change", show);
  window.addEventListener("storage", show);
}
