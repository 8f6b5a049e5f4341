import type { RouteMode } from "../core/types.ts";

/** What each mode is called, as in the tray, and what it does in a sentence. */
export const modeLabels: Readonly<Record<RouteMode, { title: string; about: string }>> = {
  "local-first": {
    title: "Local first",
    about: "Your own machines are asked first; the cloud answers when they cannot.",
  },
  "cloud-first": {
    title: "Cloud first",
    about: "The cloud is asked first; your own machines answer when it cannot.",
  },
  "local-only": { title: "Local only", about: "Your own machines answer, or nobody; nothing goes to a cloud." },
  "cloud-only": { title: "Cloud only", about: "The cloud answers, or nobody; your own machines are spared." },
  fastest: { title: "Fastest", about: "Whoever began to answer soonest of late is asked first." },
};
