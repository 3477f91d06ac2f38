"use strict";

// Shows the state of the layers, and the answers to the examples on the page. Without it every link still works.

const LONGEST_SHOWN = 6000;

function layerText(layer) {
  const parts = [layer.status];
  if (typeof layer.document_count === "number") parts.push(`${layer.document_count.toLocaleString("en")} documents`);
  if (typeof layer.lag_seconds === "number") parts.push(`${Math.round(layer.lag_seconds)} s behind`);
  else if (layer.last_update) parts.push(`as of ${layer.last_update.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC")}`);
  if (typeof layer.latency_ms === "number") parts.push(`${layer.latency_ms.toFixed(1)} ms`);
  return parts.join(" · ");
}

async function showState(state) {
  const answer = await fetch(state.dataset.url, { headers: { Accept: "application/json" } });
  const health = await answer.json();
  for (const place of state.querySelectorAll("[data-of]")) {
    const found = place.dataset.of === "status" ? { status: health.status } : (health.services || {})[place.dataset.of];
    if (!found || !found.status) continue;
    place.textContent = layerText(found);
    place.dataset.status = found.status;
  }
}

async function showAnswer(link) {
  const url = link.getAttribute("href");
  const began = performance.now();
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  const body = await answer.text();
  const took = Math.round(performance.now() - began);
  const cache = answer.headers.get("X-Cache");
  let shown = body;
  try {
    shown = JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // Not JSON: show it as it is.
  }
  document.getElementById("answer-curl").textContent = `curl '${new URL(url, window.location.href).href}'`;
  document.getElementById("answer-meta").textContent = `${answer.status} in ${took} ms${cache ? `, cache ${cache}` : ""}`;
  document.getElementById("answer-body").textContent =
    shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}\n…` : shown;
  const shownAt = document.getElementById("answer");
  link.closest("li").append(shownAt);
  shownAt.hidden = false;
  shownAt.scrollIntoView({ block: "nearest" });
}

async function copyCurl(button) {
  await navigator.clipboard.writeText(document.getElementById("answer-curl").textContent);
  button.textContent = "Copied";
  window.setTimeout(() => (button.textContent = "Copy"), 2000);
}

const state = document.getElementById("state");
showState(state).catch(() => {
  state.querySelector("[data-of=status]").textContent = "no answer";
});
for (const link of document.querySelectorAll("[data-example]")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    showAnswer(link).catch(() => window.location.assign(link.href));
  });
}
const copy = document.getElementById("answer-copy");
copy.hidden = !navigator.clipboard; // browsers offer it over HTTPS and on this machine
copy.addEventListener("click", () => copyCurl(copy));
