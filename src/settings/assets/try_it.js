// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { send } from "./base.js";
import { figures, incomplete, lines, refusal, textOf, wordsOf } from "./answer_stream.js";
import { drawTurn, make, outcome } from "./turn_view.js";

/** The chat of "Try it": streams answers into the page, says who gives them, and takes a backend away on demand. */

/**
 * @typedef {import("./turn_view.js").Turn} Turn
 * @typedef {import("./turn_view.js").TurnView} TurnView
 * @typedef {{ abort: AbortController, backend?: string, takenAway?: string, turn: Turn }} Running
 */

/** @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page lacks #${id}`);
  return found;
}

const conversation = element("conversation", HTMLElement);
const status = element("try-status", HTMLElement);
const form = element("try-form", HTMLFormElement);
const message = element("message", HTMLTextAreaElement);
const sendButton = element("send", HTMLButtonElement);
const stopButton = element("stop", HTMLButtonElement);
const takeAwayButton = element("take-away-now", HTMLButtonElement);

const storageKey = "try-it";
/** @type {{ turns: Turn[], away: string[], model: string }} */
let saved = { turns: [], away: [], model: "" };
/** @type {Running | undefined} */
let running;

function restore() {
  try {
    const read = JSON.parse(sessionStorage.getItem(storageKey) ?? "null");
    if (Array.isArray(read?.turns) && Array.isArray(read?.away)) saved = read;
  } catch {
    // What cannot be read is not missed: it is of this tab alone.
  }
  if (saved.turns.length > 0) conversation.replaceChildren();
  for (const turn of saved.turns) show(turn);
  for (const box of boxes()) if (saved.away.includes(box.value)) box.checked = true;
  if (!new URLSearchParams(location.search).has("model")) choose(saved.model);
  saved.model = modelChoice().value;
  offerAgain();
}

function keep() {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(saved));
  } catch {
    // A conversation too long for the browser's storage lives as long as the page.
    sessionStorage.removeItem(storageKey);
  }
}

function modelChoice() {
  return element("try-model", HTMLSelectElement);
}

/** @param {string} model */
function choose(model) {
  const choice = modelChoice();
  if ([...choice.options].some((option) => option.value === model)) choice.value = model;
}

/** @returns {HTMLInputElement[]} */
function boxes() {
  return [...form.querySelectorAll("input[name=without]")].filter((box) => box instanceof HTMLInputElement);
}

/** @param {Turn} turn */
function show(turn) {
  const view = drawTurn(turn, keepAtEnd);
  conversation.append(view.article);
  return view;
}

/** The end stays in sight for who looks at it. @param {() => void} change */
function keepAtEnd(change) {
  const isAtEnd = conversation.scrollHeight - conversation.scrollTop - conversation.clientHeight < 60;
  change();
  if (isAtEnd) conversation.scrollTop = conversation.scrollHeight;
}

/** Asks, and asks again without a backend that is taken away meanwhile. */
async function ask() {
  for (const button of conversation.querySelectorAll("button.again")) button.remove();
  while (await answerOnce());
  running = undefined;
  conversation.removeAttribute("aria-busy");
  showButtons();
  offerAgain();
  keep();
}

/** One answer as it comes; gives whether it is to be asked again. */
async function answerOnce() {
  const messages = saved.turns.filter(({ content, isTakenAway }) => content !== "" && !isTakenAway)
    .map(({ role, content }) => ({ role, content }));
  /** @type {Turn} */
  const turn = { role: "assistant", content: "", isAsking: true };
  const current = running = { abort: new AbortController(), turn };
  const view = show(turn);
  conversation.scrollTop = conversation.scrollHeight;
  saved.turns.push(turn);
  conversation.setAttribute("aria-busy", "true");
  showButtons();
  say("Asking…");
  try {
    await follow(current, view, messages);
  } catch (error) {
    turn.problem = whyEnded(current, error);
    turn.note = turn.note?.replace(/ answers$/, " began to answer");
  }
  view.flush();
  return settle(current, view);
}

/** @param {Running} current @param {TurnView} view @param {{ role: string, content: string }[]} messages */
async function follow(current, view, messages) {
  const { turn, abort } = current;
  const since = performance.now();
  const without = boxes().filter(({ checked }) => checked).map(({ value }) => value);
  const json = { model: saved.model, messages, without };
  const response = await send("/settings/try/chat", { json, signal: abort.signal });
  const chain = decodeURIComponent(response.headers.get("x-attempts-in-words") ?? "");
  turn.note = chain.replace(/ answered$/, " answers");
  current.backend = turn.who = response.headers.get("x-broker-backend") ?? undefined;
  view.update();
  if (!response.ok) throw new Error(await refusal(response));
  if (turn.who) say(`${turn.who} answers…`);
  showButtons();
  let firstMs;
  for await (const line of lines(response)) {
    if (line.error) throw new Error(incomplete(wordsOf(line.error)));
    const [content, thinking] = [textOf(line.message?.content), textOf(line.message?.thinking)];
    if (content + thinking !== "") firstMs ??= performance.now() - since;
    view.add({ content, thinking });
    if (!line.done) continue;
    turn.note = [chain, ...figures(line, firstMs, performance.now() - since)].join(" · ");
    view.update();
    return;
  }
  throw new Error(incomplete("The answer ended in the middle"));
}

/** @param {Running} current @param {unknown} error */
function whyEnded({ abort, takenAway, turn }, error) {
  if (takenAway) return `${takenAway} was taken away in the middle. It is asked again without it.`;
  if (abort.signal.aborted) return "Stopped.";
  // What fetch throws when the connection is gone says nothing to a person.
  if (error instanceof TypeError) {
    return turn.content === "" ? "The daemon does not answer." : incomplete("The connection to the daemon was lost");
  }
  if (error instanceof SyntaxError) return incomplete("What came was no answer");
  return error instanceof Error ? error.message : String(error);
}

/** Gives whether the question is to be asked again. @param {Running} current @param {TurnView} view */
function settle({ turn, takenAway }, { article, update }) {
  running = undefined;
  delete turn.isAsking;
  // A new conversation was begun meanwhile.
  if (!saved.turns.includes(turn)) return false;
  if (takenAway) {
    turn.isTakenAway = true;
    if (turn.content === "" && !turn.thinking) {
      saved.turns.pop();
      article.remove();
    }
  }
  keepAtEnd(update);
  keep();
  if (takenAway) say(`${takenAway} was taken away; asking again without it…`);
  else say(outcome(turn));
  return takenAway !== undefined;
}

/** A button below the last answer, where that is not complete. */
function offerAgain() {
  const last = saved.turns.at(-1);
  if (!last?.problem || last.role !== "assistant" || last.isTakenAway) return;
  const again = make("button", "again", "Try again");
  again.setAttribute("type", "button");
  again.addEventListener("click", () => {
    if (running) return;
    saved.turns.pop();
    conversation.lastElementChild?.remove();
    message.focus();
    ask();
  });
  conversation.lastElementChild?.append(again);
}

/** @param {string} words */
function say(words) {
  status.textContent = words;
}

function showButtons() {
  sendButton.disabled = running !== undefined;
  stopButton.disabled = running === undefined;
  const backend = running?.backend;
  takeAwayButton.disabled = backend === undefined;
  takeAwayButton.textContent = backend === undefined ? "Take it away now" : `Take ${backend} away now`;
}

/** @param {string} backend */
function takeAway(backend) {
  // Who answers is not known before the answer begins: then it may be this one.
  if (!running || (running.backend !== undefined && running.backend !== backend)) return;
  running.takenAway = backend;
  running.abort.abort();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = message.value.trim();
  if (running || text === "") return;
  if (modelChoice().value === "") return say("No model can be used now.");
  saved.model = modelChoice().value;
  if (saved.turns.length === 0) conversation.replaceChildren();
  /** @type {Turn} */
  const turn = { role: "user", content: text };
  saved.turns.push(turn);
  show(turn).flush();
  message.value = "";
  keep();
  ask();
});

message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

form.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLSelectElement) saved.model = target.value;
  if (target instanceof HTMLInputElement && target.name === "without") {
    saved.away = boxes().filter(({ checked }) => checked).map(({ value }) => value);
    if (target.checked) takeAway(target.value);
  }
  keep();
});

takeAwayButton.addEventListener("click", () => {
  const box = boxes().find(({ value }) => value === running?.backend);
  if (!box) return;
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
});

stopButton.addEventListener("click", () => {
  running?.abort.abort();
  message.focus();
});

element("new-conversation", HTMLButtonElement).addEventListener("click", () => {
  running?.abort.abort();
  saved.turns = [];
  saved.away = [];
  for (const box of boxes()) box.checked = false;
  conversation.replaceChildren();
  say("");
  keep();
  message.focus();
});

// The daemon draws the choice anew when models come and go.
document.addEventListener("part", (event) => {
  if (event instanceof CustomEvent && event.detail === "try-model") choose(saved.model);
});

// An answer that is left behind is kept as far as it came.
addEventListener("pagehide", () => {
  if (!running) return;
  running.turn.problem = incomplete("The page was left");
  delete running.turn.isAsking;
  keep();
});

restore();
showButtons();
