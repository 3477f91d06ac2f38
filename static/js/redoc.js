"use strict";

// Shows ReDoc in the colours of the site.

const place = document.getElementById("redoc");
const root = document.documentElement;

// ReDoc adds a logo of another host, and has no option for it: images of other hosts are not asked for.
{
  const images = HTMLImageElement.prototype;
  const source = Object.getOwnPropertyDescriptor(images, "src");
  const isOwn = (address) => {
    const url = new URL(address, location.href);
    return url.protocol === "data:" || url.origin === location.origin;
  };
  Object.defineProperty(images, "src", {
    ...source,
    set(address) {
      if (isOwn(address)) source.set.call(this, address);
    },
  });
  images.setAttribute = function setAttribute(name, value) {
    if (name !== "src" || isOwn(value)) Element.prototype.setAttribute.call(this, name, value);
  };
}

const light = {
  ground: "#f6f8f9", ink: "#14212b", soft: "#50616e", line: "#dae2e7", accent: "#0b6e5a",
  good: "#0b6e3a", bad: "#b3261e", warn: "#8a5a00", code: "#0e171e", onCode: "#e8eff3", panel: "#16222b",
};
const night = {
  ground: "#0e171e", ink: "#e8eff3", soft: "#a5b6c1", line: "#2a3b47", accent: "#5fd3b3",
  good: "#6fe0a0", bad: "#ff8a80", warn: "#ffc766", code: "#0e171e", onCode: "#e8eff3", panel: "#16222b",
};

function themeOf(hue) {
  const verb = "#0b6e5a";
  return {
    colors: {
      primary: { main: hue.accent },
      success: { main: hue.good, contrastText: hue.ground },
      error: { main: hue.bad, contrastText: hue.ground },
      warning: { main: hue.warn, contrastText: hue.ground },
      text: { primary: hue.ink, secondary: hue.soft },
      border: { dark: hue.line, light: hue.line },
      responses: {
        success: { color: hue.good, tabTextColor: "#6fe0a0" },
        error: { color: hue.bad, tabTextColor: "#ff8a80" },
        redirect: { color: hue.warn, tabTextColor: "#ffc766" },
        info: { color: hue.accent, tabTextColor: "#5fd3b3" },
      },
      http: { get: verb, post: "#2f6ea3", options: verb, head: verb },
    },
    schema: { nestedBackground: hue.ground, typeNameColor: hue.soft, typeTitleColor: hue.soft, requireLabelColor: hue.bad, linesColor: hue.line },
    typography: {
      fontFamily: "system-ui, sans-serif",
      headings: { fontFamily: "system-ui, sans-serif", fontWeight: "650" },
      code: { color: hue.ink, backgroundColor: hue.ground },
      links: { color: hue.accent, visited: hue.accent, hover: hue.accent },
    },
    sidebar: { backgroundColor: hue.ground, textColor: hue.ink, activeTextColor: hue.accent },
    rightPanel: { backgroundColor: hue.panel, textColor: hue.onCode },
    codeBlock: { backgroundColor: hue.code },
  };
}

function show() {
  const theme = themeOf(root.classList.contains("dark-mode") ? night : light);
  window.Redoc.init(place.dataset.url, { nativeScrollbars: true, hideLoading: true, hideSchemaPattern: true, theme }, place);
}

show();
root.addEventListener("themechange", () => location.reload());
