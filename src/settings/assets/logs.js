// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import "./base.js";

/** The log as it is written: filtered here, bounded, and never scrolled away from who reads further up. */

/** As many lines as the page keeps; the oldest go. */
const maxLines = 2_000;
const levels = ["debug", "info", "warn", "error"];
/** Nearer to its end than this, in pixels, the log is followed. */
const nearPx = 24;

const log = /** @type {HTMLElement} */ (document.getElementById("log"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("log-filter"));
const text = /** @type {HTMLInputElement} */ (document.getElementById("log-text"));
const level = /** @type {HTMLSelectElement} */ (document.getElementById("log-level"));
const count = /** @type {HTMLElement} */ (document.getElementById("log-count"));

let last = Number(log.dataset.last);
let place = log.dataset.place ?? "";

/** @param {HTMLElement} row */
function isWanted(row) {
  const at = row.dataset.level === undefined ? levels.length : levels.indexOf(row.dataset.level);
  const part = text.value.trim().toLowerCase();
  return at >= levels.indexOf(level.value) && (row.textContent ?? "").toLowerCase().includes(part);
}

function tellCount() {
  const all = log.childElementCount;
  const hidden = log.querySelectorAll(":scope > [hidden]").length;
  const words = hidden === 0 ? `${all} lines` : `${all - hidden} of ${all} lines`;
  if (count.textContent !== words) count.textContent = words;
}

function filter() {
  for (const row of log.children) if (row instanceof HTMLElement) row.hidden = !isWanted(row);
  log.scrollTop = log.scrollHeight;
  tellCount();
}

/** @param {string} words @param {string} [ofLevel] */
function rowOf(words, ofLevel) {
  const row = document.createElement("div");
  row.textContent = words;
  if (ofLevel !== undefined) {
    row.className = ofLevel;
    row.dataset.level = ofLevel;
  }
  row.hidden = !isWanted(row);
  return row;
}

/** @type {HTMLElement[]} */
let waiting = [];

/** What is looked at stays where it is. @param {number} count */
function dropOldest(count) {
  if (count <= 0) return;
  const rows = [...log.children];
  const kept = rows.slice(count).find((row) => row instanceof HTMLElement && !row.hidden);
  const before = kept?.getBoundingClientRect().top ?? 0;
  for (const row of rows.slice(0, count)) row.remove();
  log.scrollTop += (kept?.getBoundingClientRect().top ?? 0) - before;
}

/** All that came since the last picture, at once: a flood of lines costs one layout. */
function show() {
  const rows = waiting.slice(-maxLines);
  waiting = [];
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < nearPx;
  log.append(...rows);
  dropOldest(log.childElementCount - maxLines);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
  tellCount();
}

/** @param {MessageEvent<string>} event */
function add(event) {
  const line = JSON.parse(event.data);
  const isSameRun = runOf(event.lastEventId) === runOf(place);
  if (isSameRun && line.n <= last) return;
  const missed = line.n - last - 1;
  if (waiting.length === 0) requestAnimationFrame(show);
  if (isSameRun && missed > 0) waiting.push(rowOf(`… ${missed} lines are left out here`));
  waiting.push(rowOf(line.text, line.level));
  if (waiting.length > 2 * maxLines) waiting = waiting.slice(-maxLines);
  last = line.n;
  place = event.lastEventId;
}

/** @param {string} place */
function runOf(place) {
  return place.slice(0, place.lastIndexOf("."));
}

/** @type {EventSource | undefined} */
let source;
let isHeld = false;

function connect() {
  source?.close();
  source = undefined;
  if (isHeld || document.hidden) return;
  source = new EventSource(`/settings/logs/lines?after=${encodeURIComponent(place)}`);
  source.onmessage = add;
}

const hold = document.getElementById("log-pause");
hold?.addEventListener("click", () => {
  isHeld = !isHeld;
  hold.setAttribute("aria-pressed", String(isHeld));
  connect();
});

const report = document.getElementById("log-report");
report?.addEventListener("click", async () => {
  const response = await fetch("/settings/logs/report");
  if (!response.ok || !navigator.clipboard) return location.assign("/settings/logs/report");
  await navigator.clipboard.writeText(await response.text());
  const label = report.textContent;
  report.textContent = "Copied";
  setTimeout(() => report.textContent = label, 1_500);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  filter();
});
form.addEventListener("input", filter);
document.addEventListener("visibilitychange", connect);
log.scrollTop = log.scrollHeight;
connect();
