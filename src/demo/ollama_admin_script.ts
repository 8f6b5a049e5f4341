import type { Delivery, Phrases } from "./delivery.ts";
import { type Json, textOf } from "./json_body.ts";
import { tagged } from "./model_shelf.ts";
import {
  errorAnswer,
  jsonAnswer,
  type ScriptContext,
  type ScriptedRequest,
  streamAnswer,
  textAnswer,
} from "./scripted_answer.ts";
import type { ScriptedModel } from "./scripted_model.ts";

const paths = new Set([
  "/",
  "/api/version",
  "/api/tags",
  "/api/ps",
  "/api/show",
  "/api/chat",
  "/api/generate",
  "/api/embed",
  "/api/embeddings",
  "/api/pull",
  "/api/push",
  "/api/create",
  "/api/copy",
  "/api/delete",
  "/api/me",
  "/api/signout",
]);

/** Answers what Ollama's API has beside inference: lists, models coming and going, blobs, the account. */
export async function answerOllamaAdmin(request: ScriptedRequest, context: ScriptContext): Promise<Delivery> {
  const method = request.method === "HEAD" && !request.path.startsWith("/api/blobs/") ? "GET" : request.method;
  const { json, path } = request;
  if (path.startsWith("/api/blobs/")) return await answerBlob(request, context);
  switch (`${method} ${path}`) {
    case "GET /":
      return plain("Ollama is running");
    case "GET /api/version":
      return jsonAnswer({ version: context.version }, adminPhrases);
    case "GET /api/tags":
      return jsonAnswer({ models: context.shelf.list().map((model) => listed(model)) }, adminPhrases);
    case "GET /api/ps":
      return jsonAnswer({ models: context.shelf.loaded().map((model) => running(model, context)) }, adminPhrases);
    case "POST /api/show":
      return show(json, context);
    case "POST /api/pull":
    case "POST /api/create":
    case "POST /api/push":
      return transfer(path, json, context);
    case "POST /api/copy":
      return copy(json, context);
    case "DELETE /api/delete":
      return context.shelf.remove(nameOf(json)) ? plain("") : notFound(nameOf(json));
    case "POST /api/me":
      return jsonAnswer({ name: "demo", email: "demo@localhost", plan: "free" }, adminPhrases);
    case "POST /api/signout":
      return jsonAnswer({}, adminPhrases);
    default:
      return paths.has(path) ? plain("405 method not allowed", 405) : plain("404 page not found", 404);
  }
}

/** Ollama's words for faults on answers that are no chat. */
export const adminPhrases: Phrases = {
  heartbeat: "\n",
  content: (text) => JSON.stringify({ status: text }) + "\n",
  error: (message) => JSON.stringify({ error: message }) + "\n",
  errorBody: (_status, message) => JSON.stringify({ error: message }),
  terminal: `{"status":"success"}\n`,
  broken: `{"status":"succ\n`,
};

function plain(text: string, status = 200): Delivery {
  return textAnswer(text, adminPhrases, { status, contentType: "text/plain; charset=utf-8" });
}

function notFound(name: string): Delivery {
  return errorAnswer(404, `model '${name}' not found`, adminPhrases);
}

/** Old clients say `name`, new ones `model`. */
function nameOf(json: Json): string {
  return textOf(json.model) || textOf(json.name);
}

function detailsOf(model: ScriptedModel): Json {
  const family = model.embedding ? "nomic-bert" : "llama";
  return {
    parent_model: "",
    format: "gguf",
    family,
    families: [family],
    parameter_size: "3.2B",
    quantization_level: "Q4_K_M",
  };
}

function remoteOf(model: ScriptedModel): Json {
  if (!model.remoteHost && !model.remoteModel) return {};
  return { remote_model: model.remoteModel ?? model.name, remote_host: model.remoteHost ?? "https://ollama.com:443" };
}

function digestOf(model: ScriptedModel): string {
  const hex = [...new TextEncoder().encode(tagged(model.name))].map((byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  return hex.slice(0, 64).padEnd(64, "0");
}

function listed(model: ScriptedModel): Json {
  return {
    name: tagged(model.name),
    model: tagged(model.name),
    ...remoteOf(model),
    modified_at: "2026-01-02T03:04:05.678Z",
    size: model.sizeBytes ?? 2_019_393_189,
    digest: digestOf(model),
    details: detailsOf(model),
  };
}

function running(model: ScriptedModel, context: ScriptContext): Json {
  const { modified_at: _, ...shared } = listed(model);
  return {
    ...shared,
    expires_at: new Date(context.clock.now() + 300_000).toISOString(),
    size_vram: model.sizeBytes ?? 2_019_393_189,
    context_length: model.contextLength ?? 4096,
  };
}

function show(json: Json, context: ScriptContext): Delivery {
  const name = nameOf(json);
  const model = context.shelf.find(name);
  if (!name) return errorAnswer(400, "model is required", adminPhrases);
  if (!model) return notFound(name);
  const capabilities = model.embedding ? ["embedding"] : ["completion"];
  if (model.tools) capabilities.push("tools");
  if (model.thinking) capabilities.push("thinking");
  if (model.vision) capabilities.push("vision");
  return jsonAnswer({
    modelfile: `FROM ${tagged(name)}\n`,
    parameters: "",
    template: "{{ .Prompt }}",
    details: detailsOf(model),
    ...remoteOf(model),
    model_info: { "general.architecture": "llama", "llama.context_length": model.contextLength ?? 131_072 },
    capabilities,
    modified_at: "2026-01-02T03:04:05.678Z",
  }, adminPhrases);
}

function transfer(path: string, json: Json, context: ScriptContext): Delivery {
  const name = nameOf(json);
  if (path === "/api/push" && !context.shelf.find(name)) return notFound(name);
  if (path !== "/api/push" && !context.shelf.find(name)) context.shelf.add({ name });
  if (json.stream === false) return jsonAnswer({ status: "success" }, adminPhrases);
  const verb = { "/api/pull": "pulling", "/api/push": "pushing" }[path] ?? "creating";
  const digest = `sha256:${digestOf({ name })}`;
  const lines: Json[] = [
    { status: verb === "creating" ? "reading model metadata" : `${verb} manifest` },
    { status: `${verb} ${digest.slice(7, 19)}`, digest, total: 100, completed: 50 },
    { status: `${verb} ${digest.slice(7, 19)}`, digest, total: 100, completed: 100 },
    { status: "verifying sha256 digest" },
  ];
  const frames = lines.map((line) => ["content", JSON.stringify(line) + "\n"] as const);
  return streamAnswer([...frames, ["terminal", adminPhrases.terminal]], adminPhrases, "application/x-ndjson");
}

function copy(json: Json, context: ScriptContext): Delivery {
  const source = context.shelf.find(textOf(json.source));
  if (!source) return notFound(textOf(json.source));
  context.shelf.add({ ...source, name: textOf(json.destination) });
  return plain("");
}

async function answerBlob(request: ScriptedRequest, context: ScriptContext): Promise<Delivery> {
  const digest = request.path.slice("/api/blobs/".length);
  const { blobs } = context.shelf;
  if (request.method === "HEAD") return plain("", blobs.has(digest) ? 200 : 404);
  if (request.method !== "POST") return plain("405 method not allowed", 405);
  if (blobs.has(digest)) return plain("");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", request.bytes)).toHex();
  if (digest !== `sha256:${hash}`) return errorAnswer(400, "digest does not match the body", adminPhrases);
  blobs.add(digest);
  return plain("", 201);
}
