import { LinkedAbort } from "../core/abort.ts";
import { BackendFailure, RequestError } from "../core/errors.ts";
import { listModels, type ModelEntry, type ModelPlace } from "../broker/models.ts";
import { isObject } from "../protocol/json_value.ts";
import { sameModel } from "../protocol/model_names.ts";
import { parseBody } from "../protocol/parse_body.ts";
import type { Policy } from "../state/app_state.ts";
import { mayBeSent } from "../broker/candidates.ts";
import { stayRule } from "../broker/stay_rule.ts";
import { appName } from "./app_name.ts";
import { boundedBytes } from "./bounded_bytes.ts";
import { type HttpContext, youngListMs } from "./context.ts";
import { clientGoneResponse, errorResponse, thrownResponse } from "./error_response.ts";
import { readBody } from "./read_body.ts";

const maxBytes = 65_536;
const maxAnswerBytes = 16_777_216;

/**
 * `/api/show` over all backends. A model that only a server without this request has is described from its list, for
 * the `ollama` command takes a 404 here as a sign to pull the model.
 */
export async function showModel(context: HttpContext, request: Request): Promise<Response> {
  try {
    const json = parseBody(
      await readBody(request, { maxBytes, stallMs: context.config().listen.readStallMs, clock: context.clock }),
    );
    const name = json.model ?? json.name;
    if (typeof name !== "string" || name === "") throw new RequestError(400, "model is required");
    const asked = { name, json, app: appName(request.headers.get("user-agent")), signal: request.signal };
    const entry = await findEntry(context, asked);
    if (!entry) return errorResponse("ollama", 404, `model '${name}' not found`);
    return await shown(context, entry, asked);
  } catch (error) {
    if (request.signal.aborted) return clientGoneResponse();
    return thrownResponse(error, "ollama", context.log);
  }
}

interface AskedShow {
  name: string;
  json: Readonly<Record<string, unknown>>;
  app: string;
  signal: AbortSignal;
}

async function findEntry(context: HttpContext, { name, app }: AskedShow): Promise<ModelEntry | undefined> {
  await context.refreshModels(youngListMs);
  const { backends, mode, privacy } = context.store.state;
  const entries = listModels(backends, { mode, privacy, app, now: context.clock.monotonic() });
  return entries.find((entry) => sameModel(entry.name, name));
}

async function shown(
  context: HttpContext,
  entry: ModelEntry,
  asked: AskedShow,
): Promise<Response> {
  for (const place of entry.places) {
    const answer = await ask(context, place, asked);
    if (answer) return Response.json(answer, { headers: { "x-broker-backend": place.backend } });
  }
  const [first] = entry.places;
  return Response.json(described(context, entry, first), { headers: { "x-broker-backend": first.backend } });
}

/** What the backend itself says of the model; `undefined` when it cannot. */
async function ask(
  context: HttpContext,
  place: ModelPlace,
  { name, json, app, signal }: AskedShow,
): Promise<unknown> {
  const backend = context.backends(place.backend);
  if (!backend || backend.config.kind === "openai") return undefined;
  const reason = () => new Error("The description of the model came too late");
  const { probeMs } = backend.config.timeouts;
  using limit = new LinkedAbort(signal).abortAfter(probeMs, { clock: context.clock, reason });
  const isAllowed = ({ mode, privacy }: Policy) => {
    const { backends } = context.store.state;
    const mustStay = stayRule({ model: name, app }, backends, privacy) !== undefined;
    const seen = backends.find(({ config }) => config.id === place.backend);
    return seen !== undefined && mayBeSent(seen, place.model, { mode, mustStay });
  };
  const settled = context.unanswered.add({ isAllowed, abort: limit });
  try {
    const response = await backend.forward({
      method: "POST",
      path: "/api/show",
      headers: new Headers({ "content-type": "application/json" }),
      body: new TextEncoder().encode(JSON.stringify({ ...json, model: place.model, name: undefined })),
      signal: limit.signal,
    });
    const { bytes } = await boundedBytes(response.body, maxAnswerBytes);
    const answer: unknown = JSON.parse(context.redact(new TextDecoder().decode(bytes)));
    return response.ok && isObject(answer) ? answer : undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof BackendFailure ? error.reason : "malformed";
    context.log.debug("A backend could not describe a model", { backend: place.backend, model: place.model, reason });
    return undefined;
  } finally {
    settled();
  }
}

function described(context: HttpContext, entry: ModelEntry, place: ModelPlace) {
  const architecture = "unknown";
  const { contextLength } = place.info ?? {};
  return {
    modelfile: `# ${entry.name} is served by the backend ${place.backend}\nFROM ${place.model}\n`,
    parameters: "",
    template: "",
    details: {
      parent_model: "",
      format: "",
      family: architecture,
      families: [architecture],
      parameter_size: "",
      quantization_level: "",
    },
    model_info: {
      "general.architecture": architecture,
      ...(contextLength !== undefined && { [`${architecture}.context_length`]: contextLength }),
    },
    // What an unknown model can do is not known: it is for the backend to refuse.
    capabilities: ["completion", "tools", "vision", "thinking"],
    modified_at: place.info?.modifiedAt ?? "1970-01-01T00:00:00Z",
    remote_model: place.model,
    remote_host: context.backends(place.backend)?.config.url,
  };
}
