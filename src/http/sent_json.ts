import type { HttpContext } from "./context.ts";
import { readBody } from "./read_body.ts";

/** The JSON object that was sent to the control API; `undefined` when it is none, or larger than `maxBytes`. */
export async function sentJson(
  context: Pick<HttpContext, "config" | "clock">,
  request: Request,
  { maxBytes = 4_096 }: { maxBytes?: number } = {},
): Promise<Record<string, unknown> | undefined> {
  const { clock, config } = context;
  try {
    const body = await readBody(request, { maxBytes, stallMs: config().listen.readStallMs, clock });
    const json = JSON.parse(new TextDecoder().decode(body));
    return typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
