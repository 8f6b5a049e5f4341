import { assertEquals, assertStringIncludes } from "@std/assert";

const wrapper = new URL("./compat/cloudtolocalllm-tray", import.meta.url).pathname;

interface Run {
  env?: Record<string, string>;
  path?: string;
}

/** A folder with stand-ins for the program, which print how they were called. */
async function scene(
  body: (folder: string, run: (run?: Run) => Promise<{ code: number; out: string; err: string }>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "compat-" });
  await Deno.mkdir(`${folder}/bin`);
  await Deno.copyFile(wrapper, `${folder}/bin/cloudtolocalllm-tray`);
  const run = async ({ env = {}, path = "/usr/bin:/bin" }: Run = {}) => {
    const options = { args: ["--port", "0", "--debug"], clearEnv: true, env: { PATH: path, ...env } };
    const result = await new Deno.Command(`${folder}/bin/cloudtolocalllm-tray`, options).output();
    const [out, err] = [result.stdout, result.stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code: result.code, out, err };
  };
  try {
    await body(folder, run);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function standIn(path: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\necho "$0 $*"\nexit 7\n`, { mode: 0o755 });
}

Deno.test("cloudtolocalllm-tray starts the program beside it, whatever it is told, and ends as that does", async () => {
  await scene(async (folder, run) => {
    await standIn(`${folder}/bin/cloudtolocalllm`);
    const result = { code: 7, out: `${folder}/bin/cloudtolocalllm run --unless-running\n`, err: "" };
    assertEquals(await run(), result);
    await standIn(`${folder}/other`);
    const other = await run({ env: { CLOUDTOLOCALLLM_PROGRAM: `${folder}/other` } });
    assertEquals(other.out, `${folder}/other run --unless-running\n`);
  });
});

Deno.test("cloudtolocalllm-tray finds the program by PATH, also when it is a link itself", async () => {
  await scene(async (folder, run) => {
    await Deno.mkdir(`${folder}/path with blank`);
    await standIn(`${folder}/path with blank/cloudtolocalllm`);
    const { out } = await run({ path: `${folder}/path with blank:/usr/bin:/bin` });
    assertEquals(out, `${folder}/path with blank/cloudtolocalllm run --unless-running\n`);
  });
});

Deno.test("cloudtolocalllm-tray says what is missing, and starts nothing twice", async () => {
  await scene(async (folder, run) => {
    const { code, err } = await run();
    assertEquals(code, 127);
    assertStringIncludes(err, "cannot find the program cloudtolocalllm");
    const loop = `#!/bin/sh\nexec '${folder}/bin/cloudtolocalllm-tray' --port 0\n`;
    await Deno.writeTextFile(`${folder}/bin/cloudtolocalllm`, loop, { mode: 0o755 });
    const looped = await run();
    assertEquals(looped.code, 1);
    assertStringIncludes(looped.err, "is the desktop app, not the daemon");
  });
});
