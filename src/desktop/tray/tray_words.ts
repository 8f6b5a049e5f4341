import type { RouteMode } from "../../core/types.ts";
import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { plainLine } from "../plain_line.ts";
import type { TrayIcon } from "./tray_model_types.ts";

/** Of ids in labels and sentences. */
export const longestId = 32;

export const modeNames: Readonly<Record<RouteMode, string>> = {
  "local-first": "Local first",
  "cloud-first": "Cloud first",
  "local-only": "Local only",
  "cloud-only": "Cloud only",
  fastest: "Fastest (by first answer)",
};

export const iconWords: Readonly<Record<TrayIcon, string>> = {
  idle: "not checked yet",
  local: "local",
  cloud: "cloud",
  degraded: "degraded",
  error: "nothing answers",
  paused: "cloud paused",
};

/** `no models`, `1 model`, `12 models`. */
export function countOf(count: number, noun: string): string {
  return `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Coarse, so that the tray has nothing new to show as long as about the same is measured. */
export function latencyText(ms: number): string {
  if (ms >= 995) return `${(ms / 1000).toFixed(1)} s`;
  const step = ms >= 100 ? 10 : ms >= 20 ? 5 : 1;
  return `${Math.max(1, Math.round(ms / step) * step)} ms`;
}

const products = { ollama: "Ollama", openai: "The model server", cloudtolocalllm: "The cloud proxy" } as const;

type Named = Pick<BackendStatus, "id" | "kind" | "url" | "location">;

/** Who answers, as the beginning of a sentence; with its id where there are several of its place. */
export function nameOf(backend: Named, { backends }: { backends: readonly Named[] }): string {
  const isOneOfSeveral = backends.some((other) => other.id !== backend.id && other.location === backend.location);
  const id = isOneOfSeveral ? ` (${plainLine(backend.id, longestId)})` : "";
  return backend.location === "cloud"
    ? `Your cloud${id}`
    : `${products[backend.kind]} on ${machineOf(backend.url)}${id}`;
}

const thisMachine = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function machineOf(url: string): string {
  const { hostname, host } = URL.parse(url) ?? { hostname: "", host: url };
  return thisMachine.test(hostname) ? "this machine" : plainLine(host, 60);
}

/** Whether the month's cap keeps requests local that would go to clouds else. */
export function isCloudStopped({ cloudUse: { isReached, atCap }, chosenMode }: StatusReport): boolean {
  return isReached && atCap === "stop-cloud" && chosenMode !== "local-only";
}

/** A sentence as the second half of another one. */
export function continued(sentence: string): string {
  return sentence.replace(/^(The|Your|Its|Not|Left|No|Switched)\b/, (word) => word.toLowerCase());
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
