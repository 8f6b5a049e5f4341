import type { System } from "./link_parts.ts";

/** The machine that this runs on; `undefined` in browsers. */
export async function loadSystem(): Promise<System | undefined> {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  // Deno says so too.
  if (typeof process?.versions?.node !== "string") return undefined;
  const { nodeSystem } = await import("./node_system.ts");
  return await nodeSystem();
}
