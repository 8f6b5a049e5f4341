import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { noUsage } from "../../../tests/support/no_usage.ts";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { backendState } from "../../../tests/support/states.ts";
import { routeModes } from "../../core/types.ts";
import { noCloudUse } from "../../state/cloud_use.ts";
import { withPause } from "../../state/changes.ts";
import type { UsageReader } from "../../state/usage.ts";

const path = "/settings/privacy";

/** A record of use in which these programs asked once each. */
function usageOf(apps: readonly string[]): UsageReader {
  const summary: UsageReader["summary"] = async (range) => {
    const empty = await noUsage.summary(range);
    const top = apps.map((name) => ({ ...empty, name, requests: 1 }));
    return { ...empty, byApp: { top, others: null } };
  };
  return { ...noUsage, summary };
}

Deno.test("the page Privacy saves rules, one a line", async () => {
  await using scene = await SettingsScene.create();
  const changes = { "privacy.localModels": " llama3.2:* \r\n\r\n*secret*\n" };
  const saved = await scene.submit(path, `${path}/rules`, changes);
  assertEquals([saved.status, (await scene.written()).privacy], [303, { localModels: ["llama3.2:*", "*secret*"] }]);
  assertStringIncludes(await scene.page(path), "llama3.2:*\n*secret*</textarea>");
});

Deno.test("the page Privacy suggests models and programs that have no line yet, hostile names as text", async () => {
  const usage = usageOf(["open-webui", "unknown", "", 'x"><script>', "Zed"]);
  await using scene = await SettingsScene.create({ privacy: { localApps: ["zed"], localModels: ["qwen3"] } }, {
    usage,
  });
  const has = ["llama3.2:latest", "llama3.2:1b", "qwen3:latest", "<img src=x>"];
  scene.store.update((state) => ({ ...state, backends: [backendState({}, { has })] }));
  const page = await scene.page(path);
  const added = [...page.matchAll(/name="add:privacy.(\w+)" value="([^"]*)"/g)].map(([, list, name]) => [list, name]);
  assertEquals(added, [
    ["localModels", "&lt;img src=x&gt;"],
    ["localModels", "llama3.2"],
    ["localModels", "llama3.2:1b"],
    ["localApps", "open-webui"],
    ["localApps", "x&quot;&gt;&lt;script&gt;"],
  ]);
  assertFalse(page.includes("<img src=x>") || page.includes('"><script>'));
});

Deno.test("the page Privacy adds a suggestion without a script, with what was written beside it", async () => {
  await using scene = await SettingsScene.create({ privacy: { localApps: ["zed"] } });
  const changes = { "privacy.localModels": "mine", "add:privacy.localApps": "open-webui" };
  const saved = await scene.submit(path, `${path}/rules`, changes);
  const written = { localApps: ["zed", "open-webui"], localModels: ["mine"] };
  assertEquals([saved.status, (await scene.written()).privacy], [303, written]);
});

Deno.test("the page Privacy takes a number of tokens or none for the cap, and says what is wrong with others", async () => {
  await using scene = await SettingsScene.create();
  const send = (cap: string) => scene.submit(path, `${path}/limits`, { "limits.monthlyCloudTokens": cap });
  for (const wrong of ["many", "0", "-5", "1.5", "1e3", "<b>"]) {
    const refused = await send(wrong);
    assertEquals(refused.status, 422, wrong);
    assertStringIncludes(await refused.text(), 'id="limits.monthlyCloudTokens-problem"');
  }
  assertEquals((await send("250000")).status, 303);
  assertEquals((await scene.written()).limits, { monthlyCloudTokens: 250_000 });
  assertEquals((await send("")).status, 303);
  assertEquals((await scene.written()).limits, {});
});

Deno.test("the page Privacy shows the month's use as a meter with its end", async () => {
  await using scene = await SettingsScene.create();
  const show = async (use: object) => {
    const endsAt = new Date(2026, 11, 1).getTime();
    scene.store.update((state) => ({ ...state, cloudUse: { ...noCloudUse, month: "2026-11", endsAt, ...use } }));
    return await scene.page(path);
  };
  const half = await show({ cap: 100_000, tokens: 49_999, estimated: 12, since: new Date(2026, 10, 3).getTime() });
  assertStringIncludes(half, "49,999 of 100,000 cloud tokens (49 %) are used this month.");
  assertStringIncludes(half, '<meter aria-label="Cloud tokens of this month" min="0" max="100000"');
  assertStringIncludes(half, "The month ends with 30 November. Counted since 3 November");
  assertStringIncludes(half, "12 of these are a guess");
  const over = await show({ cap: 10, tokens: 11, isReached: true });
  assertStringIncludes(over, "(110 %) are used this month. The cap is reached: no cloud is asked until it ends.");
  assertStringIncludes(over, 'value="10"');
  assertStringIncludes(await show({ cap: 10, tokens: 11, isReached: true, atCap: "warn" }), "and requests go on.");
  const free = await show({ tokens: 7 });
  assertStringIncludes(free, "7 cloud tokens are used this month. There is no cap.");
  assertFalse(free.includes("<meter"));
});

Deno.test("the page Privacy sets every mode, and marks the one that was chosen", async () => {
  await using scene = await SettingsScene.create();
  for (const mode of routeModes) {
    assertEquals((await scene.post(`${path}/mode`, { mode })).status, 303);
    const page = await scene.page(path);
    const pressed = [...page.matchAll(/value="([\w-]+)" id="mode-[\w-]+" aria-pressed="true"/g)].map(([, one]) => one);
    assertEquals(pressed, [mode]);
  }
  await scene.post(`${path}/mode`, { mode: "sideways" });
  assertEquals(scene.commands, routeModes.map((mode) => `mode ${mode}`));
});

Deno.test("the page Privacy says why a mode was not set while the file cannot be used", async () => {
  await using scene = await SettingsScene.create({});
  await scene.edit("{ broken");
  const refused = await scene.post(`${path}/mode`, { mode: "cloud-only" });
  assertEquals([refused.status, await scene.file.read()], [422, "{ broken"]);
  assertStringIncludes(await refused.text(), "Nothing was changed, for the file would be overwritten");
});

Deno.test("the page Privacy pauses the cloud for an hour or until it is resumed, and says what holds then", async () => {
  await using scene = await SettingsScene.create();
  for (const wanted of ["hour", "good", "over", "toString"]) await scene.post(`${path}/pause`, { for: wanted });
  assertEquals(scene.commands, ["pause 3600000", "pause undefined", "resume"]);
  scene.store.update((state) => withPause(state, { until: null }, scene.context.config().route));
  const page = await scene.page(path);
  assertStringIncludes(page, "The cloud is paused until you resume it.");
  assertStringIncludes(page, "Now it is <strong>local only</strong>, for the cloud is paused. You chose local first.");
  assertFalse(page.includes('id="pause-hour"'));
});

Deno.test("the record of use is deleted only after it was asked for once more", async () => {
  let cleared = 0;
  const usage = { ...noUsage, clear: () => Promise.resolve(void cleared++) };
  await using scene = await SettingsScene.create({}, { usage });
  assertStringIncludes(await scene.page(path), `href="${path}/forget"`);
  assertStringIncludes(await scene.page(`${path}/forget`), "Delete the record for good");
  assertEquals(cleared, 0);
  const done = await scene.post(`${path}/forget`);
  assertEquals([cleared, done.headers.get("location")], [1, `${path}?done=forgotten`]);
});

Deno.test("the page Privacy says what is wrong with the record of use, and why it was not deleted", async () => {
  const clear = () => Promise.reject(new Error("The disk is full"));
  const problem = () => "The record of use cannot be read";
  await using scene = await SettingsScene.create({}, { usage: { ...noUsage, clear, problem } });
  assertStringIncludes(await scene.page(path), "The record of use cannot be read");
  const refused = await scene.post(`${path}/forget`);
  assertEquals(refused.status, 503);
  assertStringIncludes(await refused.text(), "Nothing was deleted. The disk is full.");
});
