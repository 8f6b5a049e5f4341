import { checkJsonSize } from "../protocol/json_size.ts";
import { isObject } from "../protocol/json_value.ts";
import type { HttpContext } from "./context.ts";
import { readBody } from "./read_body.ts";

/** More than a configuration has: deeper than its values are nested, and as many. */
const limits = { values: 100_000, depth: 100 };

/**
 * The JSON object that was sent; `undefined` when it is none, or has more in it than any configuration. Throws as
 * `readBody` does, with 413 when it is larger than `maxBytes`.
 */
export async function sentJson(
  context: Pick<HttpContext, "config" | "clock">,
  request: Request,
  { maxBytes = 4_096 }: { maxBytes?: number } = {},
): Promise<Record<string, unknown> | undefined> {
  const { readStallMs: stallMs } = context.config().listen;
  const bytes = await readBody(request, { maxBytes, stallMs, clock: context.clock });
  try {
    checkJsonSize(bytes, limits);
    const json = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
