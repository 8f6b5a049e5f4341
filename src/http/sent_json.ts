import type { HttpContext } from "./context.ts";
import { readBody } from "./read_body.ts";

/** The JSON object that was sent; `undefined` when it is none, or larger than `maxBytes`. */
export async function sentJson(
  context: Pick<HttpContext, "config" | "clock">,
  request: Request,
  { maxBytes = 4_096 }: { maxBytes?: number } = {},
): Promise<Record<string, unknown> | undefined> {
  const { readStallMs: stallMs } = context.config().listen;
  try {
    const bytes = await readBody(request, { maxBytes, stallMs, clock: context.clock });
    const json = JSON.parse(new TextDecoder().decode(bytes));
    return typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
