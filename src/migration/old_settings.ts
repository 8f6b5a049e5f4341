import { looksLikeToken, shownValue } from "../config/looks_secret.ts";
import { secretValue } from "../config/secret_value.ts";
import { findJsonError } from "../config/json_syntax.ts";
import { messageOf } from "../core/errors.ts";
import { visibleJson } from "../core/visible_text.ts";
import { oldUrl, urlOfHost } from "./old_url.ts";

/** One connection of the predecessor, as far as it can be used. */
export interface OldConnection {
  /** Without a trailing slash. */
  url: string;
  enabled: boolean;
  /** In seconds; `null`: it was the predecessor's default, or nothing of use. */
  timeoutS: number | null;
}

/** Something of the old file that does not come into the new configuration; never with a secret in it. */
export interface OldProblem {
  /** Such as `cloud_proxy.timeout`. */
  path: string;
  /** Words that follow the path. */
  reason: string;
}

export interface OldSettings {
  local: OldConnection;
  cloud: OldConnection | null;
  /** The cloud's token, as it may be used; `null`: there is none. */
  token: string | null;
  problems: OldProblem[];
}

/** `unusable`: nothing can be taken from the file; `reason` are words that follow its path. */
export type OldFile = { kind: "settings"; settings: OldSettings } | { kind: "unusable"; reason: string };

/** What the predecessor ran with where its file said nothing (its connection broker). */
export const oldDefaults = {
  localUrl: "http://localhost:11434",
  cloudUrl: "https://api.cloudtolocalllm.online",
  timeoutS: 30,
} as const;

/** The predecessor needed two. */
const deepest = 100;

const sections = ["local_ollama", "cloud_proxy"] as const;
type Section = typeof sections[number];

const knownKeys = ["connection_type", "host", "port", "api_base_url", "auth_token", "timeout", "enabled"];

/**
 * Reads the predecessor's `connection_config.json`. What is wrong in one key costs that key alone: it is reported, and
 * the rest is used. Pure; no value that may be a secret comes into a problem.
 */
export function parseOldSettings(text: string): OldFile {
  const json = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (json.trim() === "") return { kind: "unusable", reason: "is empty" };
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch {
    const error = findJsonError(json);
    const place = error ? ` (line ${error.line}, column ${error.column}: ${error.reason})` : "";
    return { kind: "unusable", reason: `is not JSON${place}` };
  }
  if (!isObject(root)) return { kind: "unusable", reason: "is not an object in braces" };
  // Later steps go down into it.
  if (depthOf(json) > deepest) return { kind: "unusable", reason: `is nested more than ${deepest} deep` };
  return { kind: "settings", settings: readSettings(root) };
}

function readSettings(root: Record<string, unknown>): OldSettings {
  const problems: OldProblem[] = [];
  for (const key of Object.keys(root)) {
    if (!isSection(key)) problems.push({ path: shownKey(key), reason: "is not known to this program" });
  }
  const local = new SectionReader("local_ollama", root, problems);
  const cloud = new SectionReader("cloud_proxy", root, problems);
  const ofCloud = readToken(cloud);
  const own = local.text("auth_token");
  if (own) local.problem("auth_token", "is not carried over: the predecessor never sent it");
  return {
    // Without the section the predecessor ran with its default.
    local: local.isMissing ? { url: oldDefaults.localUrl, enabled: true, timeoutS: null } : readLocal(local),
    cloud: cloud.isMissing ? null : readCloud(cloud, ofCloud !== null),
    token: ofCloud,
    problems,
  };
}

/** `api_base_url` is what the predecessor asked; host and port only made it. */
function readLocal(section: SectionReader): OldConnection {
  const [host, port] = [section.text("host"), section.port()];
  const ofHost = host || port !== undefined ? urlOfHost(host || undefined, port) : undefined;
  return {
    url: section.url() ?? ofHost ?? oldDefaults.localUrl,
    enabled: section.enabled({ missing: true, wrong: true }),
    timeoutS: section.timeout(),
  };
}

/** A token is sent where the user said, or to the one cloud there was; never to a guess at what they meant. */
function readCloud(section: SectionReader, hasToken: boolean): OldConnection | null {
  const url = section.url();
  const isUnset = section.text("api_base_url") === "" || !section.has("api_base_url");
  const enabled = section.enabled({ missing: hasToken, wrong: false });
  const timeoutS = section.timeout();
  if (url === undefined && !isUnset) return null;
  return { url: url ?? oldDefaults.cloudUrl, enabled, timeoutS };
}

function readToken(section: SectionReader): string | null {
  const text = section.text("auth_token");
  if (!text) return null;
  try {
    return secretValue(text, "it") ?? null;
  } catch (error) {
    section.problem("auth_token", `stays in the old file: ${messageOf(error)}`);
    return null;
  }
}

/** One section of the file; each key is looked at once, and what is wrong with it noted. */
class SectionReader {
  readonly isMissing: boolean;
  readonly #name: Section;
  readonly #values: Record<string, unknown>;
  readonly #problems: OldProblem[];
  readonly #told = new Set<string>();

  constructor(name: Section, root: Record<string, unknown>, problems: OldProblem[]) {
    const values = Object.hasOwn(root, name) ? root[name] : undefined;
    this.#name = name;
    this.#problems = problems;
    this.isMissing = !isObject(values);
    this.#values = isObject(values) ? values : {};
    if (values !== undefined && this.isMissing) {
      problems.push({ path: name, reason: `must be an object (found ${shownValue(values)})` });
    }
    for (const key of Object.keys(this.#values)) {
      if (!knownKeys.includes(key)) this.problem(shownKey(key), "is not known to this program");
    }
    const type = this.text("connection_type");
    if (type !== undefined && type !== name) this.problem("connection_type", `is not ${name}, and is passed over`);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#values, key) && this.#values[key] !== null;
  }

  problem(key: string, reason: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#problems.push({ path: `${this.#name}.${key}`, reason });
  }

  text(key: string): string | undefined {
    if (!this.has(key)) return undefined;
    const value = this.#values[key];
    if (typeof value === "string") return value;
    this.#wrong(key, "a text in double quotes");
  }

  url(): string | undefined {
    const text = this.text("api_base_url");
    if (!text) return undefined;
    const url = oldUrl(text);
    if (url === undefined) {
      this.#wrong("api_base_url", "an http or https URL without user, password, query or fragment");
    }
    return url;
  }

  port(): number | undefined {
    if (!this.has("port")) return undefined;
    const value = this.#values.port;
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
    this.#wrong("port", "a number from 1 to 65535");
  }

  enabled({ missing, wrong }: { missing: boolean; wrong: boolean }): boolean {
    if (!this.has("enabled")) return missing;
    const value = this.#values.enabled;
    if (typeof value === "boolean") return value;
    this.#wrong("enabled", "true or false");
    return wrong;
  }

  timeout(): number | null {
    if (!this.has("timeout")) return null;
    const value = this.#values.timeout;
    if (typeof value !== "number" || !(value >= 0.01 && value <= 86_400)) {
      this.#wrong("timeout", "a number of seconds from 0.01 to 86400");
      return null;
    }
    return value === oldDefaults.timeoutS ? null : value;
  }

  #wrong(key: string, expected: string): undefined {
    this.problem(key, `must be ${expected} (found ${shownValue(this.#values[key], [key])})`);
    return undefined;
  }
}

/** How deep a text that is known to be JSON is nested. */
function depthOf(json: string): number {
  let [depth, most] = [0, 0];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") most = Math.max(most, ++depth);
    else if (token === "]" || token === "}") depth--;
  }
  return most;
}

function isSection(key: string): key is Section {
  return (sections as readonly string[]).includes(key);
}

/** A key as it may be shown: somebody may have written a token in the place of one. */
function shownKey(key: string): string {
  return /^[A-Za-z][\w-]{0,39}$/.test(key) && !looksLikeToken(key) ? key : visibleJson(shownValue(key));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
