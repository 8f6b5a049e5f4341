import manifest from "../../deno.json" with { type: "json" };

/** The program's version; deno.json is its one source. */
export const version: string = manifest.version;
