import type { RouteMode } from "../../core/types.ts";

/** What each mode is called, and what it does in a sentence. */
export const modeLabels: Readonly<Record<RouteMode, { title: string; about: string }>> = {
  "local-first": {
    title: "Local first",
    about: "Your own machines are asked first; the cloud answers when they cannot.",
  },
  "cloud-first": {
    title: "Cloud first",
    about: "The cloud is asked first; your own machines answer when it cannot.",
  },
  "local-only": { title: "Only local", about: "Nothing leaves your machines." },
  "cloud-only": { title: "Only cloud", about: "Your own machines are not asked at all." },
  fastest: { title: "Fastest", about: "Whoever began to answer soonest of late is asked first." },
};
