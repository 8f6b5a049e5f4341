import type { Context } from "@hono/hono";
import { ConfigConflict, ConfigError } from "../config/config_error.ts";
import { mergePatch } from "../config/merge_patch.ts";
import type { ConfigInput } from "../config/schema.ts";
import type { HttpContext } from "./context.ts";
import { controlError } from "./error_response.ts";
import type { Route } from "./route_table.ts";
import { sentJson } from "./sent_json.ts";

/** Largest change of the configuration, in bytes; as large as its file may be. */
const maxBytes = 1_048_576;

/** The configuration, read with its version and changed only where that still holds. */
export function configRoutes(context: HttpContext): Route[] {
  return [{
    path: "/control/v1/config",
    methods: { GET: (c) => show(context, c), PATCH: (c) => change(context, c) },
  }];
}

async function show({ configFile }: HttpContext, c: Context): Promise<Response> {
  return c.json({ file: configFile.path, ...await configFile.snapshot() });
}

/** `{"version", "changes"}`: a JSON merge patch (RFC 7396) of what the file says. */
async function change(context: HttpContext, c: Context): Promise<Response> {
  const { version, changes, ...others } = await sentJson(context, c.req.raw, { maxBytes }) ?? {};
  const isChange = typeof changes === "object" && changes !== null && !Array.isArray(changes);
  if (typeof version !== "string" || !isChange || Object.keys(others).length > 0) {
    return controlError(400, 'Send {"version": VERSION, "changes": {…}}; GET this for the version');
  }
  try {
    // What is not a configuration is found by edit(), which checks all of it.
    const patched = (draft: ConfigInput) => mergePatch(draft, changes) as ConfigInput;
    const { configFile } = context;
    return c.json({ file: configFile.path, ...await configFile.edit(patched, { ifVersion: version }) });
  } catch (error) {
    if (error instanceof ConfigConflict) return controlError(409, error.message);
    if (!(error instanceof ConfigError) || error.where === "file") throw error;
    return Response.json({ error: { message: error.message, problems: error.problems } }, { status: 422 });
  }
}
