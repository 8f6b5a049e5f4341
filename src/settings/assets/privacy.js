// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import "./base.js";

/** A suggestion becomes a line of its list, to be saved with the rest; without a script it is saved at once. */
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-add]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const list = document.getElementById(button.dataset.add ?? "");
  if (!(list instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  const lines = list.value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (!lines.includes(button.value)) lines.push(button.value);
  list.value = lines.join("\n") + "\n";
  list.dispatchEvent(new Event("input", { bubbles: true }));
  const next = button.nextElementSibling ?? button.previousElementSibling ?? list;
  button.remove();
  if (next instanceof HTMLElement) next.focus();
});
