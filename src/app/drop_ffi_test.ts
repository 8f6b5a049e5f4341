import { assertEquals } from "@std/assert";

/** Whether a process with the flags can load a library after it gave that up, and whether its child can. */
async function tryAfter(isStandalone: boolean, flags: string[]): Promise<string[]> {
  const module = new URL("./drop_ffi.ts", import.meta.url).href;
  const load =
    `try { Deno.dlopen("libc.so.6", {}).close(); console.log("loaded"); } catch (error) { console.log(error.name); }`;
  const code = `
    import { dropFfi } from ${JSON.stringify(module)};
    dropFfi({ isStandalone: ${isStandalone} });
    ${load}
    const args = ["run", "--quiet", "--no-prompt", "--no-config", "--allow-ffi", "--allow-read", "data:text/javascript," + encodeURIComponent(${
    JSON.stringify(load)
  })];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    console.log(new TextDecoder().decode(stdout).trim());`;
  const args = ["run", "--quiet", "--no-prompt", "--no-config", "--no-check", "--allow-run", "--allow-read", ...flags];
  const entry = `data:text/javascript,${encodeURIComponent(code)}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args, entry] }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trim().split("\n");
}

for (
  const [name, isStandalone, flags, expected] of [
    ["a compiled binary cannot load libraries any more, its child can", true, ["--allow-ffi"], [
      "NotCapable",
      "loaded",
    ]],
    ["a process that never could asks for nothing", true, [], ["NotCapable", "loaded"]],
    ["a process from source keeps what it was given", false, ["--allow-ffi"], ["loaded", "loaded"]],
  ] as const
) {
  Deno.test(`dropFfi(): ${name}`, async () => assertEquals(await tryAfter(isStandalone, [...flags]), [...expected]));
}
