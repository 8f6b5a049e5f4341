import type { AppLinkContext } from "./context.ts";

/** What the app is called in logs, rules of privacy and the record of use. */
export const userAgent = "cloudtolocalllm-app";

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];
/** Of the daemon's routes those for models: neither the control API nor the settings. */
const allowed = /^\/(?:$|health$|ready$|api\/|v1\/)/;
/** Nobody reads it. */
const base = "http://127.0.0.1";

/**
 * Answers `PROXY_REQUEST {method, path, data}` by the daemon's own routes: failover, rules of privacy and the record of
 * use hold as for everyone. The answer comes whole: a `stream` in `data` is set to false. Throws words for the app.
 */
export async function proxyRequest(
  fields: Readonly<Record<string, unknown>>,
  { ask, signal }: Pick<AppLinkContext, "ask"> & { signal: AbortSignal },
): Promise<unknown> {
  const { path, init } = requestOf(fields);
  const response = await ask(path, { ...init, signal });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(errorIn(text) ?? `The daemon answered ${response.status} to ${init.method} ${path}`);
  }
  return resultIn(text);
}

function requestOf({ method = "GET", path = "/", data }: Readonly<Record<string, unknown>>) {
  const verb = typeof method === "string" ? method.toUpperCase() : "";
  if (!methods.includes(verb)) throw new Error(`Cannot ask: "method" must be one of ${methods.join(", ")}`);
  const target = typeof path === "string" && path.startsWith("/") ? URL.parse(base + path) : null;
  if (target?.origin !== base || !allowed.test(target.pathname)) {
    throw new Error('Cannot ask: "path" must be one of the model APIs, such as /api/chat or /v1/models');
  }
  const hasBody = data !== undefined && data !== null && verb !== "GET" && verb !== "HEAD";
  return {
    path: target.pathname + target.search,
    init: {
      method: verb,
      headers: { "user-agent": userAgent, ...(hasBody && { "content-type": "application/json" }) },
      ...(hasBody && { body: JSON.stringify(whole(data)) }),
    } satisfies RequestInit,
  };
}

/** Ollama streams unless it is told not to. */
function whole(data: unknown): unknown {
  return isObject(data) ? { ...data, stream: false } : data;
}

/** Of lines of JSON the last counts: it says how what was asked has ended. Other text is told as such. */
function resultIn(text: string): unknown {
  if (text.trim() === "") return {};
  const json = parse(text) ?? parse(text.trimEnd().split("\n").at(-1)!);
  if (json === undefined) return { text };
  const error = isObject(json) && Object.keys(json).length === 1 ? errorIn(text) : undefined;
  if (error !== undefined) throw new Error(error);
  return json;
}

/** Ollama says `{"error": "…"}`, OpenAI `{"error": {"message": "…"}}`. */
function errorIn(text: string): string | undefined {
  const json = parse(text);
  const error = isObject(json) ? json.error : undefined;
  if (typeof error === "string") return error;
  return isObject(error) && typeof error.message === "string" ? error.message : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
