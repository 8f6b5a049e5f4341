/**
 * Writes the client library as one file that Node and browsers take, with its types and a package.json: `deno task
 * client`, into `dist/client` or the folder that is named.
 */
import { version } from "../src/core/version.ts";

const repository = new URL("../", import.meta.url).pathname;

/** Bundles it into `folder`. Node's modules stay imports, which a browser never comes to. */
export async function bundleClient(folder: string): Promise<void> {
  const options = ["--quiet", "--platform", "browser", "--external", "node:*", "--declaration", "--outdir", folder];
  const args = ["bundle", ...options, `${repository}src/client/client.ts`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: repository }).output();
  if (!success) throw new Error(`Cannot bundle the client library: ${new TextDecoder().decode(stderr)}`);
  const manifest = {
    name: "@cloudtolocalllm/client",
    version,
    description: "Finds, asks and follows the CloudToLocalLLM daemon of this machine",
    license: "MIT",
    type: "module",
    exports: { ".": { types: "./client.d.ts", default: "./client.js" } },
    engines: { node: ">=20.3" },
    sideEffects: false,
  };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest, null, 2) + "\n");
}

if (import.meta.main) await bundleClient(Deno.args[0] ?? `${repository}dist/client`);
