import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DoctorScene } from "../support/doctor_scene.ts";
import { ModelServer } from "../support/model_server.ts";
import { hasProgram } from "../support/private_bus.ts";

const isMissing = !hasProgram("script") && Deno.env.get("CI") === undefined;

function terminalTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isMissing ? `${name} (not installed: script)` : name, ignore: isMissing, fn });
}

terminalTest("setup on a terminal connects a cloud, starts at login and now; the token is never seen", async () => {
  await using scene = await DoctorScene.start();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-planted" });
  const shown = await scene.typeAt("cloudtolocalllm setup", [
    ["Which one? [6]", "4\n"],
    ["Its address", `${cloud.url}\n`],
    ["empty: no cloud", "sk-planted\r"],
    ["not encrypted? [y/N]", "y\n"],
    ["when you log in? [Y/n]", "\n"],
    ["now? [Y/n]", "\n"],
  ]);
  assertStringIncludes(shown, `CloudToLocalLLM runs at http://127.0.0.1:${scene.port}`);
  assertStringIncludes(shown, `OLLAMA_HOST=127.0.0.1:${scene.port} ollama run`);
  assertEquals(shown.includes("planted"), false);
  await scene.daemonIsThere();
  assertMatch(await Deno.readTextFile(`${scene.home}/config/autostart/cloudtolocalllm.desktop`), /^Exec=/m);
  await scene.isContent();
  assertStringIncludes((await scene.finds("backends")).what, "works");
  const again = await scene.typeAt("cloudtolocalllm setup", []);
  assertStringIncludes(again, `The cloud connection cloud-server is set up (${cloud.url})`);
});

terminalTest("setup that is ended by Ctrl-C gives the terminal back and leaves nothing", async () => {
  await using scene = await DoctorScene.start();
  const before = await Deno.readTextFile(scene.configFile);
  const answers = [["Which one? [6]", "1\n"], ["empty: no cloud", "sk-pla\x03"]] as const;
  const shown = await scene.typeAt(`cloudtolocalllm setup; echo "ended with $?"; stty -a`, answers);
  assertStringIncludes(shown, "Broken off");
  assertStringIncludes(shown, "ended with 1");
  assertMatch(shown, / echo /);
  const early = await scene.typeAt(`cloudtolocalllm setup`, [["Which one? [6]", "\x03"]]);
  assertEquals(early.includes("log in?"), false);
  assertEquals(await Deno.readTextFile(scene.configFile), before);
  assertEquals(await Array.fromAsync(Deno.readDir(scene.stateDir)), []);
});
