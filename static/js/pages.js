"use strict";

// Draws charts from the tables beside them, refreshes live parts, and offers charts as pictures.
// Without it, every number is still in its table, every switch is a link and every form has a button.

const DAY = 86_400_000;
const STEPS = [1 / 24, 3 / 24, 6 / 24, 12 / 24, 1, 2, 7, 14, 30, 91, 182, 365].map((days) => days * DAY);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ASK_EVERY = 15_000;
const charts = new Map();


// A property's own value may be light-dark(); the colour of an element is what that comes to.
function colour(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const two = (number) => String(number).padStart(2, "0");

function momentText(at, fine) {
  const date = new Date(at);
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  if (!fine) return day;
  const hour = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return hour === "00:00" ? day : hour;
}

// Reads a table: its columns, and its rows with numbers as numbers and times in milliseconds.
function readTable(table) {
  const columns = [...table.tHead.rows[0].cells].map((cell, index) => ({ index, label: cell.textContent, ...cell.dataset }));
  const x = columns.find((column) => column.draws === "x");
  const isTime = x.kind === "date" || x.kind === "hour";
  const source = columns.find((column) => column.kind === "source");
  const rows = [...table.tBodies[0].rows].map((row) => ({
    x: isTime ? Date.parse(row.cells[x.index].dataset.v) : row.cells[x.index].textContent,
    source: source ? row.cells[source.index].dataset.v : "",
    values: columns.map((column) => (row.cells[column.index].dataset.v === "" ? null : Number(row.cells[column.index].dataset.v))),
    texts: columns.map((column) => row.cells[column.index].textContent),
  }));
  const gaps = (table.dataset.gaps || "").split(" ").filter(Boolean).map((span) => {
    const [start, end] = span.split("/");
    return { start: start ? Date.parse(start) : -Infinity, end: Date.parse(end) };
  });
  return { columns, x, isTime, rows, gaps, cutoff: Date.parse(table.dataset.cutoff), covered: Date.parse(table.dataset.covered) };
}

// Buckets are drawn at their middle, so a bar covers its time and a boundary lies between bars.
function centred(rows, width) {
  return rows.map((row) => ({ ...row, x: row.x + width / 2 }));
}

// A missing row is a gap in the line, not a slope across it.
function withHoles(rows, width) {
  const result = [];
  rows.forEach((row, index) => {
    if (index && row.x - rows[index - 1].x > 1.5 * width) result.push({ x: rows[index - 1].x + width, hole: true });
    result.push(row);
  });
  return result;
}

// Shades the hours that neither layer holds; marks the cutoff and the end of the batch layer's coverage.
const layers = {
  id: "layers",
  beforeDatasetsDraw(chart, _, { gaps, cutoff, covered }) {
    const { ctx, chartArea: area, scales: { x } } = chart;
    const inside = (at) => Math.min(area.right, Math.max(area.left, x.getPixelForValue(at)));
    ctx.save();
    ctx.fillStyle = colour("gap");
    for (const gap of gaps || []) {
      const left = gap.start === -Infinity ? area.left : inside(gap.start);
      const right = inside(gap.end);
      if (right > left) ctx.fillRect(left, area.top, Math.max(2, right - left), area.height);
    }
    for (const [at, dash, name] of [[cutoff, [5, 4], "ink"], [covered, [2, 3], "soft"]]) {
      if (!Number.isFinite(at)) continue;
      ctx.strokeStyle = colour(name);
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(inside(at), area.top);
      ctx.lineTo(inside(at), area.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
};

function timeAxis(rows, width) {
  const min = rows[0].x;
  const max = rows.at(-1).x + width;
  const step = STEPS.find((each) => (max - min) / each <= 8) || STEPS.at(-1);
  return {
    type: "linear",
    offset: false,
    min,
    max,
    ticks: { color: colour("soft"), maxRotation: 0, autoSkipPadding: 12, callback: (at) => momentText(at, width < DAY) },
    grid: { color: colour("line"), offset: false },
    afterBuildTicks(axis) {
      axis.ticks = [];
      for (let at = Math.ceil(min / step) * step; at <= max; at += step) axis.ticks.push({ value: at });
    },
  };
}

function series(table, data) {
  const lines = table.columns.filter((column) => column.draws === "line" || column.draws === "bar");
  const palette = ["accent", "second", "third", "fourth", "fifth"].map(colour);
  const bySource = { batch: colour("batch-strong"), speed: colour("speed-strong"), merged: colour("merged") };
  const onlyBars = lines.every((column) => column.draws === "bar");
  let number = 0;
  return lines.map((column) => {
    const isLine = column.draws === "line";
    const own = isLine || onlyBars ? palette[number++ % palette.length] : colour("bars");
    const points = data.map((row) => (row.hole ? null : row.source && isLine ? bySource[row.source] : own));
    return {
      type: column.draws,
      label: column.label,
      data: data.map((row) => (table.isTime ? { x: row.x, y: row.hole ? null : row.values[column.index] } : row.values[column.index])),
      yAxisID: column.axis,
      order: isLine ? 0 : 1,
      borderColor: own,
      backgroundColor: isLine ? points : own,
      pointBackgroundColor: points,
      pointBorderColor: points,
      pointRadius: data.length > 90 ? 1.5 : 3,
      pointHitRadius: 8,
      borderWidth: isLine ? 2 : 0,
      borderRadius: isLine ? 0 : 2,
      maxBarThickness: onlyBars ? 64 : 26,
      barPercentage: 0.9,
      categoryPercentage: 0.8,
      spanGaps: false,
      tension: 0.25,
    };
  });
}

function configuration(element) {
  const table = readTable(element);
  const width = table.isTime ? Math.min(...table.rows.slice(1).map((row, index) => row.x - table.rows[index].x), DAY) : 0;
  const data = table.isTime ? withHoles(centred(table.rows, width), width) : table.rows;
  const datasets = series(table, data);
  const axis = (side) => ({
    position: side,
    display: datasets.some((each) => each.yAxisID === side),
    ticks: { color: colour("soft"), maxTicksLimit: 6 },
    grid: { color: colour("line"), drawOnChartArea: side === "left" },
    title: {
      display: datasets.length > 1,
      color: colour("soft"),
      text: datasets.filter((each) => each.yAxisID === side).slice(0, 1).map((each) => each.label).join(),
    },
  });
  const left = axis("left");
  if (datasets.length > 2) left.title.display = false;
  if (element.dataset.least !== undefined) {
    const drawn = datasets.filter((each) => each.yAxisID === "left").flatMap((each) => each.data).map((point) => point?.y ?? point).filter(Number.isFinite);
    left.suggestedMax = Math.min(Number(element.dataset.most), Math.max(...drawn, 0) * 1.15 || 1);
    left.suggestedMin = Math.max(Number(element.dataset.least), Math.min(...drawn, 0) * 1.15);
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    data: { labels: table.isTime ? undefined : data.map((row) => row.x), datasets },
    plugins: [layers],
    options: {
      animation: still ? false : { duration: 300 },
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: table.isTime ? timeAxis(table.rows, width) : { ticks: { color: colour("soft") }, grid: { display: false } },
        left,
        ...(datasets.some((each) => each.yAxisID === "right") ? { right: { ...axis("right"), beginAtZero: true } } : {}),
      },
      plugins: {
        layers: { gaps: table.gaps, cutoff: table.cutoff, covered: table.covered },
        legend: { display: datasets.length > 1, labels: { color: colour("ink"), boxWidth: 12, boxHeight: 12 } },
        tooltip: {
          callbacks: {
            title: (items) => (data[items[0].dataIndex].texts || [])[table.x.index] || "",
            label(item) {
              const column = table.columns.find((each) => each.label === item.dataset.label && each.draws);
              return `${column.label}: ${data[item.dataIndex].texts[column.index]}`;
            },
            footer(items) {
              const from = table.columns.find((each) => each.kind === "source");
              return from ? `from ${data[items[0].dataIndex].texts[from.index]}` : "";
            },
          },
        },
      },
    },
  };
}

// Times are written in UTC; the visitor's own time is a hover away.
function nameLocalTimes() {
  for (const time of document.querySelectorAll("time[datetime]:not([title])")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.title = `${at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })} your time`;
  }
}

function draw(place) {
  const element = document.getElementById(`table-${place.dataset.chart}`);
  if (!element || !element.tBodies[0].rows.length || typeof Chart === "undefined") return;
  charts.get(place)?.destroy();
  place.hidden = false;
  charts.set(place, new Chart(place.querySelector("canvas"), configuration(element)));
}

function drawAll() {
  for (const place of charts.keys()) if (!place.isConnected) charts.get(place).destroy(), charts.delete(place);
  document.querySelectorAll("[data-chart]").forEach(draw);
}

function save(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

// With the page's background colour: a transparent chart may be unreadable where it is used.
function savePng(name) {
  const place = document.querySelector(`[data-chart="${CSS.escape(name)}"]`);
  const canvas = place.querySelector("canvas");
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.fillStyle = colour("card");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  save(copy.toDataURL("image/png"), `${name}.png`);
}

// With its styles inlined: outside this page there is no style sheet.
function saveSvg(id) {
  const drawing = document.getElementById(id);
  const copy = drawing.cloneNode(true);
  const shown = drawing.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((part, index) => {
    const style = getComputedStyle(shown[index]);
    for (const name of ["fill", "stroke", "font-family", "font-size", "font-weight"]) part.setAttribute(name, style.getPropertyValue(name));
  });
  const blob = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
  const url = URL.createObjectURL(blob);
  save(url, `${id}.svg`);
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// Parts without an open stream are polled, so a lost stream only delays updates.
const open = new WeakSet();

function watch() {
  if (typeof htmx === "undefined") return;
  htmx.createEventSource = (url) => new EventSource(url);
  document.body.addEventListener("htmx:sseOpen", (event) => {
    open.add(event.target);
    event.target.dataset.live = "streaming";
  });
  for (const lost of ["htmx:sseError", "htmx:sseClose"]) {
    document.body.addEventListener(lost, (event) => {
      open.delete(event.target);
      event.target.dataset.live = "asking";
    });
  }
  document.body.addEventListener("htmx:afterSwap", () => (drawAll(), nameLocalTimes()));
  // An answer that says why there are no results replaces them.
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "found" || ![400, 404, 503].includes(detail.xhr.status)) return;
    detail.shouldSwap = true;
    if (detail.xhr.status !== 503) detail.selectOverride = ".lead";
  });
  setInterval(() => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-live]")) if (!open.has(part)) htmx.trigger(part, "ask-again");
  }, ASK_EVERY);
}

// A page that couldn't be shown appears as soon as it can be.
if (document.querySelector("[data-retry]")) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
  }, ASK_EVERY);
}

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
  // Fields without a choice stay out of the URL.
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.value === "") field.disabled = true;
  });
}
for (const button of document.querySelectorAll("[data-png], [data-svg]")) {
  button.hidden = false;
  button.addEventListener("click", () => (button.dataset.png ? savePng(button.dataset.png) : saveSvg(button.dataset.svg)));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
document.documentElement.addEventListener("themechange", drawAll);
if (typeof Chart !== "undefined") Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
watch();
drawAll();
nameLocalTimes();
