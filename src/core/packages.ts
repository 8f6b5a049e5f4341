import manifest from "../../deno.json" with { type: "json" };

/** The packages of `deno.json` by name, each with its version: `hono` → `4.13.19`. */
export const packageVersions: ReadonlyMap<string, string> = new Map(
  Object.values(manifest.imports).flatMap((specifier) => {
    const parts = /^npm:((?:@[^/@]+\/)?[^/@]+)@([^/]+)/.exec(specifier);
    return parts ? [[parts[1], parts[2]] as const] : [];
  }),
);
