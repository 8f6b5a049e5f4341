import { errorText, isObject } from "../../protocol/json_value.ts";

/** How far a pull is, from the lines that Ollama tells it in. */
export interface PullProgress {
  /** What it does now, in Ollama's words: `pulling 74701a8c35f6`. */
  step: string;
  /** Bytes of each part of the model, by its digest. */
  parts: Map<string, { completed: number; total: number }>;
  /** Set by the last line. */
  end?: { ok: true } | { ok: false; error: string };
}

/** No model has as many; a server that goes on naming new ones is not followed. */
const maxParts = 1_000;

export const noProgress: PullProgress = { step: "", parts: new Map() };

/** What is known after one more line of NDJSON; a line that says nothing changes nothing. `parts` is changed in place. */
export function nextProgress(progress: PullProgress, line: string): PullProgress {
  const told = parsed(line);
  if (!told) return progress;
  const { status, digest, total, completed, error } = told;
  if (error !== undefined) return { ...progress, end: { ok: false, error: errorText(error).slice(0, 500) } };
  if (status === "success") return { ...progress, step: "", end: { ok: true } };
  const step = typeof status === "string" ? status.slice(0, 200) : progress.step;
  if (typeof digest !== "string" || !isCount(total)) return { ...progress, step };
  if (!progress.parts.has(digest) && progress.parts.size >= maxParts) return { ...progress, step };
  const part = { total, completed: isCount(completed) ? Math.min(completed, total) : 0 };
  const parts = progress.parts === noProgress.parts ? new Map() : progress.parts;
  return { ...progress, step, parts: parts.set(digest, part) };
}

/** Bytes of all parts that are known of; `undefined` before the first. */
export function pulledBytes({ parts }: PullProgress): { completed: number; total: number } | undefined {
  if (parts.size === 0) return undefined;
  let [completed, total] = [0, 0];
  for (const part of parts.values()) {
    completed += part.completed;
    total += part.total;
  }
  return { completed, total };
}

/** What went wrong, and what to do. */
export function pullErrorWords(error: string, { model, backend }: { model: string; backend: string }): string {
  const known: [RegExp, string][] = [
    [
      /file does not exist|manifest unknown|not found/i,
      `There is no model called “${model}” to pull. Look up its name at ollama.com/library`,
    ],
    [
      /no space left|disk full|not enough (disk )?space/i,
      `The disk of ${backend} is full. Delete models you do not need`,
    ],
    [
      /no such host|lookup .*: |network is unreachable|dial tcp|i\/o timeout|TLS handshake|max retries exceeded/i,
      `${backend} cannot reach the place it pulls from. Check its connection to the internet, then try again`,
    ],
    [/requires a newer version|newer version of Ollama/i, `${backend} is too old for this model. Update Ollama first`],
    [
      /unauthorized|access denied|authentication/i,
      `${backend} may not pull “${model}”: it is private, or asks for a login`,
    ],
    [/invalid model name|name.*invalid|model is required/i, `“${model}” is not a name of a model`],
  ];
  const words = known.find(([pattern]) => pattern.test(error))?.[1];
  return words ? `${words}. (${error})` : error;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
