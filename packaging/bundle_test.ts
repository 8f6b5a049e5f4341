import { assert, assertEquals } from "@std/assert";
import { bundle, lazyRequire } from "./bundle.ts";

Deno.test("lazyRequire() leaves nothing that loads node:module with the bundle", () => {
  const eager = 'var a=1;import{createRequire as __x} from "node:module";var m=__x(import.meta.url);var b=2;';
  assertEquals(lazyRequire(eager), "var a=1;var m=(id)=>process.getBuiltinModule(id);var b=2;");
  assertEquals(lazyRequire("var a=1;"), "var a=1;");
});

Deno.test("bundle() makes a program that runs and loads no node: module at its start", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bundle-test-" });
  try {
    await bundle(folder);
    const args = ["run", "--no-config", "--quiet", "-A", `${folder}/main.js`, "--version"];
    const { success, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert(success);
    assert(/^cloudtolocalllm \d/.test(new TextDecoder().decode(stdout)));
    for await (const { name } of Deno.readDir(folder)) {
      const text = await Deno.readTextFile(`${folder}/${name}`);
      assert(!text.includes('"node:module"'), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
