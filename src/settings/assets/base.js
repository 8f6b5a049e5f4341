// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** What makes every page live: parts that the daemon draws anew, what is said when it is away, and copy buttons. */

/** Goes with whatever a script sends. */
export const csrf = document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";

/**
 * Sends a change as a script of ours; the answer is not read yet.
 * @param {string} path
 * @param {RequestInit & { json?: unknown }} options
 */
export function send(path, { json, headers, ...options } = {}) {
  const all = new Headers(headers);
  all.set("x-csrf-token", csrf);
  if (json === undefined) return fetch(path, { method: "POST", ...options, headers: all });
  all.set("content-type", "application/json");
  return fetch(path, { method: "POST", ...options, body: JSON.stringify(json), headers: all });
}

/**
 * Puts a part in the place of the one with its id; the focus and what is open in it stay.
 * @param {{ id: string, html: string }} part
 */
export function replacePart({ id, html }) {
  const old = document.getElementById(id);
  if (!old) return;
  const focused = old.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const open = [...old.querySelectorAll("details[open][id]")].map((one) => one.id);
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const one of open) template.content.getElementById(one)?.setAttribute("open", "");
  old.replaceWith(template.content);
  if (focused) document.getElementById(focused)?.focus();
  document.dispatchEvent(new CustomEvent("part", { detail: id }));
}

/** Says how the connection to the daemon is; nothing where all is well. @param {string} words */
function tell(words) {
  const place = document.getElementById("connection");
  if (!place || place.textContent === words) return;
  place.textContent = words;
  place.hidden = words === "";
}

/** Forms with changes that are not saved: sending one does not save the others. @type {Set<EventTarget>} */
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-save]") : null;
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => event.target && dirty.delete(event.target));
addEventListener("beforeunload", (event) => {
  if (dirty.size > 0) event.preventDefault();
});

const firstRetryMs = 1_000;
const longestRetryMs = 15_000;

const signedOut = "You are signed out: the daemon was started again, or was not used for 12 hours. " +
  "Open the settings from the tray or with: cloudtolocalllm settings";

/** Follows the daemon for as long as the page is shown. @param {string} address */
function follow(address) {
  let retryMs = firstRetryMs;
  /** @type {EventSource | undefined} */
  let source;
  const connect = () => {
    source = new EventSource(address);
    source.addEventListener("daemon", (event) => {
      retryMs = firstRetryMs;
      tell("");
      if (event.data === document.body.dataset.daemon) return;
      // Another run of the daemon: what the forms carry is of the last one.
      if (dirty.size > 0) tell("The daemon was started again. Load this page again before you save.");
      else location.reload();
    });
    source.addEventListener("part", (event) => replacePart(JSON.parse(event.data)));
    source.onerror = () => {
      source?.close();
      if (!document.hidden) again();
    };
  };
  const again = async () => {
    tell(await whyAway(address));
    setTimeout(connect, retryMs);
    retryMs = Math.min(longestRetryMs, retryMs * 2);
  };
  // A page that nobody sees needs no news; browsers also allow only six connections to one server.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else if (source?.readyState !== EventSource.OPEN) connect();
  });
  if (!document.hidden) connect();
}

/** @param {string} address */
async function whyAway(address) {
  const leave = new AbortController();
  try {
    const { status } = await fetch(address, { signal: leave.signal, headers: { accept: "text/event-stream" } });
    return status === 401 ? signedOut : "";
  } catch {
    return "The daemon does not answer. This page goes on by itself as soon as it does.";
  } finally {
    leave.abort();
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  const from = document.getElementById(button.dataset.copy ?? "");
  await navigator.clipboard.writeText(button.dataset.copyText ?? from?.textContent ?? "");
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => button.textContent = label, 1_500);
});

document.documentElement.classList.add("scripted");
for (const element of document.querySelectorAll("[data-needs-script]")) element.removeAttribute("hidden");
// On a narrow screen the navigation is wider than the window.
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const invalid = document.querySelector("[aria-invalid=true]");
if (invalid instanceof HTMLElement) invalid.focus();
else document.querySelector("main > .notice.error")?.scrollIntoView({ block: "center" });
const live = document.body.dataset.live;
if (live) follow(live);
