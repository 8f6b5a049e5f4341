import type { Context } from "@hono/hono";
import { listModels, type ModelEntry } from "../broker/models.ts";
import { sameModel } from "../protocol/model_names.ts";
import { parseOpenAIRequest } from "../protocol/openai.ts";
import { appName } from "./app_name.ts";
import { type HttpContext, youngListMs } from "./context.ts";
import { errorResponse } from "./error_response.ts";
import { answerModelRequest } from "./model_request.ts";
import type { Route } from "./route_table.ts";

/** OpenAI's API below `/v1`, over all backends. */
export function openaiRoutes(context: HttpContext): Route[] {
  const ask = (c: Context) => answerModelRequest(context, c.req.raw, { dialect: "openai", parse: parseOpenAIRequest });
  return [
    { path: "/v1/chat/completions", methods: { POST: ask } },
    { path: "/v1/completions", methods: { POST: ask } },
    { path: "/v1/embeddings", methods: { POST: ask } },
    {
      path: "/v1/models",
      methods: { GET: async (c) => c.json({ object: "list", data: await models(context, c.req.raw) }) },
    },
    // Names of cloud models have slashes in them.
    { path: "/v1/models/:id{.+}", methods: { GET: (c) => oneModel(context, c.req.raw, c.req.param("id")!) } },
  ];
}

async function models(context: HttpContext, { headers }: Request) {
  await context.refreshModels(youngListMs);
  const { backends, mode, privacy } = context.store.state;
  const app = appName(headers.get("user-agent"));
  return listModels(backends, { mode, privacy, app, now: context.clock.monotonic() }).map(modelObject);
}

async function oneModel(context: HttpContext, request: Request, id: string): Promise<Response> {
  const found = (await models(context, request)).find((model) => sameModel(model.id, id));
  if (found) return Response.json(found);
  const message = `The model '${id}' does not exist on any backend that can be used now`;
  return errorResponse("openai", 404, message, { code: "model_not_found" });
}

function modelObject({ name, places }: ModelEntry) {
  const created = Date.parse(places[0].info?.modifiedAt ?? "") / 1000;
  return {
    id: name,
    object: "model",
    created: Number.isNaN(created) ? 0 : Math.floor(created),
    owned_by: places[0].backend,
    backends: places.map(({ backend, location }) => ({ id: backend, location })),
  };
}
