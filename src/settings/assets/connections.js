// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { send } from "./base.js";

/** The page of connections: tests whose steps are shown as they run, and the order by dragging. */

/** Reads server-sent events of an answer. @param {Response} response */
async function* eventsOf(response) {
  let text = "";
  if (!response.body) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const lines = event.split("\n");
      const field = (/** @type {string} */ name) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim()).join(
          "\n",
        );
      yield { event: field("event"), html: JSON.parse(field("data")) };
    }
  }
}

/**
 * Sends a form as a test and shows its steps in `place`.
 * @param {{ action: string, body: FormData, place: Element, button: HTMLButtonElement }} test
 */
async function runTest({ action, body, place, button }) {
  place.innerHTML = '<ol class="steps"></ol><p class="muted busy" role="status">Testing…</p>';
  const [steps, status] = place.children;
  button.disabled = true;
  try {
    const response = await send(action, { body, headers: { accept: "text/event-stream" } });
    if (!response.ok) throw new Error(`the daemon refused (HTTP ${response.status}); load this page again`);
    for await (const { event, html } of eventsOf(response)) {
      // The daemon drew it, and escaped what it was told.
      if (event === "step") steps.insertAdjacentHTML("beforeend", html);
      else status.outerHTML = html;
    }
  } catch (error) {
    status.textContent = `The test was not finished: ${error instanceof Error ? error.message : error}`;
  } finally {
    button.disabled = false;
  }
}

/** Where the steps of a test of the list are shown; made when first needed, and kept while the list is drawn anew. */
const results = new Map();

/** @param {string} id */
function resultPlace(id) {
  const place = results.get(id) ?? document.createElement("div");
  place.className = "test-result";
  place.setAttribute("aria-live", "polite");
  results.set(id, place);
  document.getElementById(`connection-${id}`)?.append(place);
  return place;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.test === undefined) return;
  const button = /** @type {SubmitEvent} */ (event).submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  const isNew = form.dataset.test === "new";
  if (isNew && button.value !== "test") return;
  event.preventDefault();
  const body = new FormData(form, button);
  const place = isNew ? form.querySelector(".test-result") : resultPlace(form.dataset.test);
  if (place) void runTest({ action: form.action, body, place, button });
});

/** @type {HTMLElement | null} */
let dragged = null;

/** A list drawn anew gets its handles and results back. */
function dress() {
  for (const handle of document.querySelectorAll(".connections .handle")) {
    handle.removeAttribute("hidden");
    handle.closest(".connection")?.setAttribute("draggable", "true");
  }
  for (const id of results.keys()) resultPlace(id);
}

/** The connection before which the dragged one would land; `null`: at the end. @param {Element} list @param {number} y */
function nextAt(list, y) {
  return [...list.children].find((one) => {
    const { top, height } = one.getBoundingClientRect();
    return one !== dragged && y < top + height / 2;
  }) ?? null;
}

function clearTargets() {
  for (const one of document.querySelectorAll(".target, .end-target")) one.classList.remove("target", "end-target");
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target instanceof HTMLElement ? event.target.closest(".connection") : null;
  dragged?.classList.add("dragged");
  event.dataTransfer?.setData("text/plain", dragged?.dataset.id ?? "");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  clearTargets();
});
document.addEventListener("dragover", (event) => {
  const list = event.target instanceof Element ? event.target.closest(".connections") : null;
  // Local stays local: where a server is, dragging cannot change.
  if (!list || !dragged || dragged.parentElement !== list) return;
  event.preventDefault();
  clearTargets();
  const next = nextAt(list, event.clientY);
  if (next) next.classList.add("target");
  else list.classList.add("end-target");
});
document.addEventListener("drop", async (event) => {
  const list = event.target instanceof Element ? event.target.closest(".connections") : null;
  if (!list || !dragged || dragged.parentElement !== list) return;
  event.preventDefault();
  const ids = [...list.children].map((one) => one instanceof HTMLElement ? one.dataset.id ?? "" : "");
  const id = dragged.dataset.id ?? "";
  const next = nextAt(list, event.clientY);
  list.insertBefore(dragged, next);
  const to = [...list.children].indexOf(dragged);
  if (to === ids.indexOf(id)) return;
  const body = new FormData();
  body.set("to", String(to));
  body.set("was", ids.join(" "));
  const response = await send(`/settings/connections/move/${id}`, { body, redirect: "manual" });
  // A redirect, which a script does not see, means that it is done; else the page says why not.
  if (response.type !== "opaqueredirect") location.reload();
});

document.addEventListener("part", dress);
dress();
