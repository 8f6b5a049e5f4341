import type { Child } from "@hono/hono/jsx";

/** What JSX comes to as HTML, the parts that wait for something included. */
export async function rendered(child: Child): Promise<string> {
  return String(await (await child)?.toString() ?? "");
}
