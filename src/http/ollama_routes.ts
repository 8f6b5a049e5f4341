import type { Context } from "@hono/hono";
import { LinkedAbort } from "../core/abort.ts";
import { listModels, type ModelEntry } from "../broker/models.ts";
import { parseOllamaRequest } from "../protocol/ollama.ts";
import { appName } from "./app_name.ts";
import { boundedBytes } from "./bounded_bytes.ts";
import { type HttpContext, youngListMs } from "./context.ts";
import { answerModelRequest } from "./model_request.ts";
import type { Route } from "./route_table.ts";
import { showModel } from "./show_model.ts";

/** Ollama's API (facts: docs/API.md), over all backends. */
export function ollamaRoutes(context: HttpContext): Route[] {
  const ask = (c: Context) => answerModelRequest(context, c.req.raw, { dialect: "ollama", parse: parseOllamaRequest });
  // Rare, and not loaded before one comes.
  const loadBound = () => import("./bound_requests.ts");
  const bound = (path: string) => async (c: Context) => {
    const { forwardBound } = await loadBound();
    return await forwardBound(context, c.req.raw, () => path);
  };
  const blob = async (c: Context) => {
    const { blobPath, forwardBound } = await loadBound();
    return await forwardBound(context, c.req.raw, () => blobPath(c.req.param("digest") ?? ""));
  };
  const asked = ["/api/chat", "/api/generate", "/api/embed", "/api/embeddings"];
  const posted = ["/api/pull", "/api/push", "/api/create", "/api/copy", "/api/me", "/api/signout"];
  return [
    { path: "/", methods: { GET: (c) => c.text("Ollama is running") } },
    { path: "/api/version", methods: { GET: (c) => c.json({ version: ollamaVersion(context) }) } },
    {
      path: "/api/tags",
      methods: { GET: async (c) => c.json({ models: (await entries(context, c.req.raw)).map(tag) }) },
    },
    { path: "/api/ps", methods: { GET: async (c) => c.json(await loadedModels(context, c.req.raw.signal)) } },
    { path: "/api/show", methods: { POST: (c) => showModel(context, c.req.raw) } },
    ...asked.map((path) => ({ path, methods: { POST: ask } })),
    ...posted.map((path) => ({ path, methods: { POST: bound(path) } })),
    { path: "/api/delete", methods: { DELETE: bound("/api/delete") } },
    { path: "/api/blobs/:digest", methods: { HEAD: blob, POST: blob } },
  ];
}

/** How long one Ollama may take to tell what it has loaded. */
const loadedWithinMs = 1_000;
const maxLoadedBytes = 1_048_576;

/** What clients that look for features of Ollama are told: the version of the first Ollama, or one of today. */
function ollamaVersion(context: HttpContext): string {
  const backends = context.store.state.backends.filter(({ config }) => config.enabled && config.kind === "ollama");
  return backends.find(({ version }) => version !== undefined)?.version ?? "0.12.0";
}

async function entries(context: HttpContext, { headers }: Request): Promise<ModelEntry[]> {
  await context.refreshModels(youngListMs);
  const { backends, mode, privacy } = context.store.state;
  const app = appName(headers.get("user-agent"));
  return listModels(backends, { mode, privacy, app, now: context.clock.monotonic() });
}

/** An entry of `/api/tags`, with every field that clients expect, and where the model lives. */
function tag({ name, places }: ModelEntry) {
  const [first] = places;
  const info = first.info;
  return {
    name,
    model: name,
    modified_at: info?.modifiedAt ?? "1970-01-01T00:00:00Z",
    size: info?.sizeBytes ?? 0,
    digest: info?.digest ?? "",
    details: info?.details ?? unknownDetails,
    ...(info?.remoteModel !== undefined && { remote_model: info.remoteModel }),
    ...(info?.remoteHost !== undefined && { remote_host: info.remoteHost }),
    backends: places.map(({ backend, location }) => ({ id: backend, location })),
  };
}

const unknownDetails = {
  parent_model: "",
  format: "",
  family: "",
  families: [],
  parameter_size: "",
  quantization_level: "",
};

/** Loaded models of every Ollama of this machine, as they tell it now. */
async function loadedModels(context: HttpContext, signal: AbortSignal): Promise<{ models: unknown[] }> {
  const locals = context.store.state.backends.filter(({ config }) =>
    config.enabled && config.kind === "ollama" && config.location === "local"
  );
  const lists = await Promise.all(locals.map(({ config }) => loadedAt(context, config.id, signal)));
  return { models: lists.flat() };
}

async function loadedAt(context: HttpContext, id: string, signal: AbortSignal): Promise<unknown[]> {
  try {
    const reason = () => new Error("The list of loaded models came too late");
    using limit = new LinkedAbort(signal).abortAfter(loadedWithinMs, { clock: context.clock, reason });
    const options = { method: "GET", path: "/api/ps", headers: new Headers(), signal: limit.signal };
    const response = await context.backends(id)?.forward(options);
    const { bytes } = await boundedBytes(response?.body ?? null, maxLoadedBytes);
    const json = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(json?.models) ? json.models.map((model: object) => ({ ...model, backend: id })) : [];
  } catch {
    // One that cannot be reached has nothing loaded.
    return [];
  }
}
