"use strict";

// Draws charts from the tables beside them, refreshes live parts, and offers charts as pictures.
// Without it, every number is still in its table, every switch is a link and every form has a button.

const DAY = 86_400_000;
const STEPS = [1 / 24, 3 / 24, 6 / 24, 12 / 24, 1, 2, 7, 14, 30, 91, 182, 365].map((days) => days * DAY);
const YEARS = [1, 2, 5, 10, 20, 50, 100];
const WIDTHS = { hour: DAY / 24, date: DAY, month: 30.44 * DAY, year: 365.25 * DAY };
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
  const isTime = x.kind in WIDTHS;
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
  const isOpen = Boolean(table.dataset.open);
  return { columns, x, isTime, rows, gaps, isOpen, start: Date.parse(table.dataset.start), cutoff: Date.parse(table.dataset.cutoff) };
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

// Shades the time in which live numbers come first, and what is not known.
const layers = {
  id: "layers",
  beforeDatasetsDraw(chart, _, { gaps, cutoff }) {
    const { ctx, chartArea: area, scales: { x } } = chart;
    const inside = (at) => Math.min(area.right, Math.max(area.left, x.getPixelForValue(at)));
    const shade = (left, right, name) => {
      ctx.fillStyle = colour(name);
      if (right > left) ctx.fillRect(left, area.top, Math.max(2, right - left), area.height);
    };
    ctx.save();
    if (Number.isFinite(cutoff)) shade(inside(cutoff), area.right, "live-from");
    for (const gap of gaps || []) shade(gap.start === -Infinity ? area.left : inside(gap.start), inside(gap.end), "gap");
    ctx.restore();
  },
};

// An interval that is not over yet.
function hatched(name) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const context = tile.getContext("2d");
  context.strokeStyle = colour(name);
  context.lineWidth = 2;
  for (const from of [-4, 4]) {
    context.moveTo(from, 8);
    context.lineTo(from + 8, 0);
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}

function ticksOf(kind, min, max, most) {
  const found = [];
  if (kind === "year") {
    const step = YEARS.find((each) => (max - min) / WIDTHS.year / each <= most) || YEARS.at(-1);
    const last = new Date(max).getUTCFullYear();
    for (let year = Math.ceil(new Date(min).getUTCFullYear() / step) * step; year <= last; year += step) {
      found.push({ value: Date.UTC(year, 6), label: String(year) });
    }
    return found.filter(({ value }) => value >= min && value <= max);
  }
  if (kind === "month") {
    const year = new Date(min).getUTCFullYear();
    const months = MONTHS.map((label, month) => ({ value: Date.UTC(year, month, 16), label }));
    return months.filter(({ value }) => value >= min && value <= max).filter((_, index) => index % (most < 6 ? 3 : 1) === 0);
  }
  const step = STEPS.find((each) => (max - min) / each <= most) || STEPS.at(-1);
  for (let at = Math.ceil(min / step) * step; at <= max; at += step) found.push({ value: at, label: momentText(at, kind === "hour") });
  return found;
}

function timeAxis(rows, kind, start) {
  const min = Number.isFinite(start) ? Math.min(start, rows[0].x) : rows[0].x;
  const max = rows.at(-1).x + WIDTHS[kind];
  return {
    type: "linear",
    offset: false,
    min,
    max,
    ticks: { color: colour("soft"), maxRotation: 0, autoSkipPadding: 12, callback: (_, index, ticks) => ticks[index].label },
    grid: { color: colour("line"), offset: false },
    afterBuildTicks(axis) {
      axis.ticks = ticksOf(kind, min, max, Math.max(2, Math.min(8, Math.floor(axis.chart.width / 80))));
    },
  };
}

function series(table, data) {
  const lines = table.columns.filter((column) => column.draws === "line" || column.draws === "bar");
  const palette = ["accent", "second", "third", "fourth", "fifth"].map(colour);
  const bySource = { batch: colour("batch-strong"), speed: colour("speed-strong"), merged: colour("merged") };
  const onlyBars = lines.every((column) => column.draws === "bar");
  const counted = table.columns.find((column) => column.draws === "bar" && column.kind === "count");
  const most = counted ? Math.max(...data.map((row) => (row.hole ? 0 : row.values[counted.index])), 1) : 0;
  // A point that stands for more is larger.
  const sizes = data.map((row) => (row.hole ? 0 : most ? 1 + 3 * Math.sqrt(row.values[counted.index] / most) : data.length > 90 ? 1.5 : 3));
  const last = data.length - 1;
  let number = 0;
  return lines.map((column) => {
    const isLine = column.draws === "line";
    const own = isLine || onlyBars ? palette[number++ % palette.length] : colour("bars");
    const points = data.map((row) => (row.hole ? null : row.source && isLine ? bySource[row.source] : own));
    const bars = data.map((_, index) => (table.isOpen && index === last ? hatched("soft") : own));
    return {
      type: column.draws,
      label: column.label,
      data: data.map((row) => (table.isTime ? { x: row.x, y: row.hole ? null : row.values[column.index] } : row.values[column.index])),
      yAxisID: column.axis,
      order: isLine ? 0 : 1,
      borderColor: own,
      backgroundColor: isLine ? points : bars,
      pointBackgroundColor: points.map((each, index) => (table.isOpen && index === last ? colour("card") : each)),
      pointBorderColor: points,
      pointRadius: sizes,
      pointHitRadius: 8,
      borderWidth: isLine ? 2 : 0,
      borderRadius: isLine ? 0 : 2,
      maxBarThickness: onlyBars ? 64 : 26,
      barPercentage: 0.9,
      categoryPercentage: 0.8,
      spanGaps: false,
      tension: 0,
    };
  });
}

function configuration(element) {
  const table = readTable(element);
  const width = WIDTHS[table.x.kind] || 0;
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
  if (element.dataset.fixed !== undefined) {
    left.min = Number(element.dataset.least);
    left.max = Number(element.dataset.most);
  } else if (element.dataset.least !== undefined) {
    const drawn = datasets.filter((each) => each.yAxisID === "left").flatMap((each) => each.data).map((point) => point?.y ?? point).filter(Number.isFinite);
    left.suggestedMax = Math.min(Number(element.dataset.most), Math.max(...drawn, 0) * 1.15 || 1);
    left.suggestedMin = Math.max(Number(element.dataset.least), Math.min(...drawn, 0) * 1.15);
    const bounds = [element.dataset.least, element.dataset.most].map((text) => String(Number(text)).replace("-", "−"));
    left.title = { display: true, color: colour("soft"), text: `scale from ${bounds.join(" to ")}` };
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
        x: table.isTime ? timeAxis(table.rows, table.x.kind, table.start) : { ticks: { color: colour("soft") }, grid: { display: false } },
        left,
        ...(datasets.some((each) => each.yAxisID === "right") ? { right: { ...axis("right"), beginAtZero: true } } : {}),
      },
      plugins: {
        layers: { gaps: table.gaps, cutoff: table.cutoff },
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

// A part that is swapped brings the faults of fields that stay.
function markFields() {
  for (const field of document.querySelectorAll("[aria-describedby^=fault-]")) {
    if (document.getElementById(field.getAttribute("aria-describedby"))?.textContent) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
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
  for (const button of document.querySelectorAll("[data-png]")) button.hidden = false;
  for (const place of charts.keys()) if (!place.isConnected) charts.get(place).destroy(), charts.delete(place);
  document.querySelectorAll("[data-chart]").forEach(draw);
}

function save(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

// A picture goes on without its page: it carries the page's name, what it shows, its address and the time, and the page's background.
function savePng(name) {
  const place = document.querySelector(`[data-chart="${CSS.escape(name)}"]`);
  const canvas = place.querySelector("canvas");
  const scale = canvas.width / canvas.clientWidth;
  const [above, below, edge] = [46, 26, 12].map((length) => length * scale);
  const copy = document.createElement("canvas");
  copy.width = canvas.width + 2 * edge;
  copy.height = canvas.height + above + below;
  const context = copy.getContext("2d");
  const write = (text, size, weight, ink, y) => {
    context.font = `${weight} ${size * scale}px ${getComputedStyle(document.body).fontFamily}`;
    context.fillStyle = colour(ink);
    context.fillText(text, edge, y * scale, canvas.width);
  };
  context.fillStyle = colour("card");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, edge, above);
  const heading = document.querySelector("h1").textContent.trim().replace(/\s+/g, " ");
  write(heading, 16, 650, "ink", 20);
  write(place.closest("figure").querySelector(".title").textContent.trim(), 13, 400, "soft", 38);
  const at = `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  write(`${location.host}${location.pathname}${location.search} · ${at}`, 11, 400, "soft", copy.height / scale - 8);
  const plain = heading.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  save(copy.toDataURL("image/png"), `${[plain, name].filter(Boolean).join("-").slice(0, 100)}.png`);
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
  document.body.addEventListener("htmx:afterSwap", () => (drawAll(), nameLocalTimes(), markFields()));
  let place = null; // where the visitor was before a section was swapped
  // An answer to a form with faults says what is wrong and shows the rest.
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "analytics") place = scrollY;
    if (detail.xhr.status !== 400 && !(detail.target.id === "found" && detail.xhr.status === 503)) return;
    detail.shouldSwap = true;
    detail.isError = false;
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    if (place !== null) scrollTo({ top: place, behavior: "instant" });
    place = null;
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

// On the document: forms may come with a swap.
document.addEventListener("change", ({ target }) => target.form?.matches("[data-auto]") && target.form.requestSubmit());
// Fields without a choice stay out of the URL.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-auto]")) return;
  const empty = [...target.elements].filter((field) => field.value === "" && field.name);
  for (const field of empty) field.disabled = true;
  setTimeout(() => empty.forEach((field) => (field.disabled = false)));
}, true);
document.addEventListener("click", ({ target }) => {
  if (target.dataset.png) savePng(target.dataset.png);
});
document.documentElement.addEventListener("themechange", drawAll);
if (typeof Chart !== "undefined") Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
watch();
drawAll();
nameLocalTimes();
