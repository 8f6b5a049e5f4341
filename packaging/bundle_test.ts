import { assert, assertEquals, assertThrows } from "@std/assert";
import { bundle, hiddenImports, lazyRequire } from "./bundle.ts";

Deno.test("lazyRequire() leaves nothing that loads node:module with the bundle", () => {
  const eager = 'var a=1;import{createRequire as __x} from "node:module";var m=__x(import.meta.url);var b=2;';
  const require = new Function(`${lazyRequire(eager)} return m;`)();
  assertEquals(require("node:path").basename("/a/b"), "b");
  assertEquals(Object.keys(require("node:util")), ["inspect"]);
  require("node:assert")(true);
  assertThrows(() => require("node:assert")(false), Error, "Assertion failed");
  assertEquals(lazyRequire("var a=1;"), "var a=1;");
});

Deno.test("hiddenImports() hides chunks from who looks for imports, and loads them all the same", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bundle-test-" });
  try {
    const text = 'const load=()=>import("./chunk-A.js");export const value=(await load()).value;';
    const hidden = hiddenImports(text);
    assert(!/import\("/.test(hidden), hidden);
    assertEquals(
      hiddenImports('import{x}from"./chunk-A.js";import("node:fs")'),
      'import{x}from"./chunk-A.js";import("node:fs")',
    );
    await Deno.writeTextFile(`${folder}/main.js`, hidden);
    await Deno.writeTextFile(`${folder}/chunk-A.js`, "export const value=42;");
    assertEquals((await import(`file://${folder}/main.js`)).value, 42);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
      assert(!/\bimport\("\.\//.test(text), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the wire format of D-Bus takes no more of Node's assert and util than the stand-ins give", async () => {
  const folder = new URL(".", import.meta.resolve("dbus-native/message"));
  const uses = new Set<string>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !/^(message|marshall|dbus-buffer|values|marshallers|writer|signature|names)\.js$/.test(name)) {
      continue;
    }
    const code = (await Deno.readTextFile(new URL(name, folder))).replaceAll(/^\s*(\/\/|\*).*$/gm, "");
    for (const [use] of code.matchAll(/\b(?:assert|util)(?:\.\w+)*(?=[\](])/g)) uses.add(use);
  }
  assertEquals([...uses].sort(), ["assert", "util.inspect", "util.inspect.custom"]);
});
