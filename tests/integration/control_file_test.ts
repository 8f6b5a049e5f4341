import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { startDaemon } from "../../src/app.ts";

Deno.test("a daemon that may not leave control.json serves all the same, and says what to do", async () => {
  const folder = await Deno.makeTempDir();
  const runtimeDir = `${folder}/shared`;
  await Deno.mkdir(runtimeDir);
  await Deno.chmod(runtimeDir, 0o777);
  const configFile = `${folder}/config.json`;
  await Deno.writeTextFile(configFile, JSON.stringify({ version: 1, listen: { port: 0 }, backends: [] }));
  const log: string[] = [];
  const daemon = await startDaemon({
    paths: { configFile, stateDir: folder, runtimeDir, controlFile: `${runtimeDir}/control.json` },
    overrides: {},
    env: () => undefined,
    writeLog: (line) => log.push(line),
    version: "0.0.0-test",
  });
  try {
    assertEquals(await (await fetch(daemon.url)).text(), "Ollama is running");
    await assertRejects(() => Deno.stat(`${runtimeDir}/control.json`), Deno.errors.NotFound);
    assertStringIncludes(log.join(""), `correct it with: chmod 700 ${runtimeDir}`);
  } finally {
    await daemon.close();
    await Deno.remove(folder, { recursive: true });
  }
});
