import { assertEquals, assertStringIncludes } from "@std/assert";
import { oldFileText, oldToken } from "../../support/migration/old_files.ts";
import { ProgramHome } from "../../support/program_home.ts";

/** A home with the predecessor's settings and none of ours. */
async function homeOfOld(text: string): Promise<ProgramHome> {
  const home = await ProgramHome.make();
  await Deno.remove(home.configFile);
  await Deno.mkdir(`${home.folder}/.cloudtolocalllm`);
  await Deno.writeTextFile(`${home.folder}/.cloudtolocalllm/connection_config.json`, text, { mode: 0o644 });
  return home;
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test("a first start takes the predecessor's settings, and keeps its token safe until it can be kept elsewhere", async () => {
  await using home = await homeOfOld(oldFileText({ local: { api_base_url: "http://127.0.0.1:9" } }));
  const oldFile = `${home.folder}/.cloudtolocalllm/connection_config.json`;
  const child = home.command("run", "--port", "0").spawn();
  const [stdout, log] = [child.stdout.cancel(), untilReady(child.stderr)];
  const said = await log;
  child.kill("SIGTERM");
  await Promise.all([child.status, stdout]);
  assertStringIncludes(said, `The settings are written to ${home.configFile}`);
  assertStringIncludes(said, "Finish taking over from the predecessor with: cloudtolocalllm migrate");
  assertEquals(said.includes(oldToken), false);
  const config = await readJson(home.configFile);
  const backends = config.backends as { url: string; secret?: string }[];
  assertEquals(backends.map(({ url, secret }) => [url, secret]), [
    ["http://127.0.0.1:9", undefined],
    ["https://api.cloudtolocalllm.online", "cloudtolocalllm"],
  ]);
  assertEquals(await Deno.readTextFile(oldFile), oldFileText({ local: { api_base_url: "http://127.0.0.1:9" } }));
  assertEquals((await Deno.stat(oldFile)).mode! & 0o777, 0o600);

  const refused = await home.run("migrate");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.out, "migrate --insecure-file");
  const agreed = await home.run("migrate", "--insecure-file");
  assertEquals([agreed.code, agreed.err], [0, ""]);
  assertStringIncludes(agreed.out, `The token is taken out of ${oldFile}, which stays`);
  const secrets = `${home.folder}/state/cloudtolocalllm/secrets.json`;
  assertStringIncludes(await Deno.readTextFile(secrets), oldToken);
  assertEquals((await Deno.stat(secrets)).mode! & 0o777, 0o600);
  assertEquals((await Deno.readTextFile(oldFile)).includes(oldToken), false);
  const again = await home.run("migrate");
  assertEquals(again.code, 0);
});

Deno.test("a start beside a configuration of the user's takes nothing, and says how to", async () => {
  await using home = await homeOfOld(oldFileText());
  await home.configure({});
  const text = await Deno.readTextFile(home.configFile);
  const child = home.command("run", "--port", "0").spawn();
  const [stdout, log] = [child.stdout.cancel(), untilReady(child.stderr)];
  const said = await log;
  child.kill("SIGTERM");
  await Promise.all([child.status, stdout]);
  assertStringIncludes(said, "The predecessor has settings; take them over with: cloudtolocalllm migrate");
  assertEquals(await Deno.readTextFile(home.configFile), text);
});

async function untilReady(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("Ready")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The daemon has ended: ${said}`);
    said += value;
  }
  await reader.cancel();
  return said;
}
