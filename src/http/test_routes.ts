import type { Context } from "@hono/hono";
import type { ConfigProblem } from "../config/config_error.ts";
import { parseBackend } from "../config/parse_backend.ts";
import type { HttpContext } from "./context.ts";
import { controlError } from "./error_response.ts";
import type { Route } from "./route_table.ts";
import { sentJson } from "./sent_json.ts";
import { type RunTest, testEvents } from "./test_events.ts";

/** Largest test of settings that are not saved, in bytes. */
const maxBytes = 262_144;

/**
 * Connection tests, of a backend that is set up or of settings that are not saved. Who sends them has the daemon connect
 * to any address: the control API's guard is what keeps pages of other sites from scanning ports with it.
 */
export function testRoutes(context: HttpContext): Route[] {
  return [
    { path: "/control/v1/backends/test", methods: { POST: (c) => testUnsaved(context, c) } },
    { path: "/control/v1/backends/:id/test", methods: { POST: (c) => testBackend(context, c) } },
  ];
}

async function testBackend(context: HttpContext, c: Context): Promise<Response> {
  const id = c.req.param("id")!;
  if (!context.backends(id)) return unknownBackend(context, id);
  return await answerTest(context, c, ({ signal, onStep }) => context.commands.testBackend(id, signal, onStep));
}

/** `{"backend": {…}, "secret"?: TOKEN}`. */
async function testUnsaved(context: HttpContext, c: Context): Promise<Response> {
  const { backend, secret: token, ...others } = await sentJson(context, c.req.raw, { maxBytes }) ?? {};
  const isToken = token === undefined || typeof token === "string";
  if (backend === undefined || !isToken || Object.keys(others).length > 0) {
    return controlError(400, 'Send {"backend": {…}}, and beside it, where a token is to be tried, "secret": TOKEN');
  }
  const parsed = parseBackend(backend);
  if (!parsed.ok) return notABackend(parsed.problems);
  return await answerTest(
    context,
    c,
    (options) => context.commands.testUnsaved(parsed.config, { token, ...options }),
  );
}

/** The result at the end, or to who asks for events, each step as it is over. */
async function answerTest(context: HttpContext, c: Context, run: RunTest): Promise<Response> {
  const { signal } = c.req.raw;
  if (c.req.header("accept")?.includes("text/event-stream")) return testEvents(context, { run, signal });
  const result = await run({ signal, onStep() {} });
  // It went while it was tested.
  return result ? c.json(result) : unknownBackend(context, c.req.param("id")!);
}

function notABackend(problems: readonly ConfigProblem[]): Response {
  const message = `These are no settings of a backend: ${problems.length} problems; "problems" says where`;
  return Response.json({ error: { message, problems } }, { status: 422 });
}

function unknownBackend({ store }: HttpContext, id: string): Response {
  const known = store.state.backends.map(({ config }) => config.id).join(", ");
  return controlError(404, `No backend is called "${id.slice(0, 64)}"; there are: ${known || "none"}`);
}
