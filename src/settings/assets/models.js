// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Filters the list of models as one types, also after the daemon has drawn it anew. */

const find = document.getElementById("find");

function filter() {
  if (!(find instanceof HTMLInputElement)) return;
  const words = find.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const all = [...document.querySelectorAll("li.model")];
  let shown = 0;
  for (const model of all) {
    if (!(model instanceof HTMLElement)) continue;
    const text = model.dataset.find ?? "";
    model.hidden = !words.every((word) => text.includes(word));
    if (!model.hidden) shown++;
  }
  const count = document.getElementById("model-count");
  if (!count) return;
  const told = words.length === 0 ? count.dataset.all ?? "" : `${shown} of ${all.length} models shown.`;
  if (count.textContent !== told) count.textContent = told;
}

find?.addEventListener("input", filter);
// Drawn anew the list would begin at its top again.
let scrolled = 0;
document.addEventListener("scroll", ({ target }) => {
  if (target instanceof Element && target.classList.contains("model-scroll")) scrolled = target.scrollTop;
}, { capture: true, passive: true });
document.addEventListener("part", (event) => {
  if (!(event instanceof CustomEvent) || event.detail !== "known-models") return;
  const before = scrolled;
  filter();
  document.querySelector(".model-scroll")?.scrollTo({ top: before });
});
filter();
