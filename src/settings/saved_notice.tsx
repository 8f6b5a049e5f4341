import { Notice } from "./layout.tsx";
import type { PageContext } from "./section.ts";

/** What a page says after something was done; words only that are listed here, for they come with the address. */
const words: Readonly<Record<string, string>> = {
  saved: "Saved. It is in force already.",
  written: "Saved.",
  added: "Added. It is checked now.",
  removed: "Removed.",
  token_forgotten: "The token is forgotten.",
  tested: "Tested.",
  forgotten: "The record of use is deleted.",
};

/** Told once, after the redirect that follows a change. */
export function SavedNotice({ c }: { c: PageContext }) {
  const done = c.req.query("done") ?? "";
  return Object.hasOwn(words, done) ? <Notice kind="ok" id="done">{words[done]}</Notice> : null;
}

/** Back to a page after a change, which it then tells of; a reload does not send the form again. */
export function doneAt(c: PageContext, path: string, done = "saved"): Response {
  return c.redirect(`${path}${path.includes("?") ? "&" : "?"}done=${done}`, 303);
}
