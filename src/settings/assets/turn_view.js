// @ts-check
/// <reference lib="dom" />
import { TextView } from "./text_view.js";

/**
 * @typedef {object} Turn
 * @property {"user" | "assistant"} role
 * @property {string} content
 * @property {string} [thinking]
 * @property {string} [who] Who answers.
 * @property {string} [note] The attempts and the figures.
 * @property {string} [problem] Why it is not complete.
 * @property {boolean} [isAsking] Whether nobody has answered yet.
 * @property {boolean} [isTakenAway] Whether it was asked again without who gave it.
 *
 * @typedef {object} TurnView
 * @property {HTMLElement} article
 * @property {() => void} update Shows what has changed of the turn beside its texts.
 * @property {(piece: { content: string, thinking: string }) => void} add Adds to its texts.
 * @property {() => void} flush Shows at once what waits of them.
 */

/** @param {string} tag @param {string} [className] @param {string} [text] */
export function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/**
 * Draws a turn, and gives what changes it. `around` is handed each change of a text, and makes it.
 * @param {Turn} turn
 * @param {(change: () => void) => void} around
 * @returns {TurnView}
 */
export function drawTurn(turn, around) {
  const article = make("article", `turn ${turn.role}`);
  const who = make("h2", "who");
  const thinking = make("details", "thinking");
  const thought = new TextView(around);
  thought.place.classList.add("muted");
  thinking.append(make("summary", "", "Thinking"), thought.place);
  const text = new TextView(around);
  const problem = make("p", "problem");
  const note = make("p", "note");
  const update = () => {
    who.textContent = turn.role === "user" ? "You" : turn.who ?? (turn.isAsking ? "Asking…" : "Nobody");
    thinking.hidden = !turn.thinking;
    problem.textContent = turn.problem ?? "";
    problem.hidden = !turn.problem;
    note.textContent = turn.note ?? "";
    note.hidden = !turn.note;
    article.classList.toggle("taken-away", turn.isTakenAway === true);
  };
  article.append(who, thinking, text.place, problem, note);
  text.add(turn.content);
  thought.add(turn.thinking ?? "");
  update();
  /** @type {TurnView["add"]} */
  const add = (piece) => {
    const isFirst = !turn.thinking && piece.thinking !== "";
    turn.content += piece.content;
    if (piece.thinking !== "") turn.thinking = (turn.thinking ?? "") + piece.thinking;
    text.add(piece.content);
    thought.add(piece.thinking);
    if (isFirst) update();
  };
  const flush = () => {
    text.flush();
    thought.flush();
  };
  return { article, update, add, flush };
}

/** What became of an answer, in one sentence. @param {Turn} turn */
export function outcome({ problem, content, who = "nobody" }) {
  if (!problem) return `Answered by ${who}.`;
  return content === "" ? "There is no answer." : "The answer is not complete.";
}
