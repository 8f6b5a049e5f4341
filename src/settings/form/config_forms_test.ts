import { assertEquals, assertStringIncludes } from "@std/assert";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";

Deno.test("addConfigForms() saves what was changed, and says so after a redirect", async () => {
  await using scene = await SettingsScene.create({ log: { format: "json" } });
  const saved = await scene.submit("/settings/logs", "/settings/logs/level", { "log.level": "debug" });
  assertEquals([saved.status, saved.headers.get("location")], [303, "/settings/logs?done=saved"]);
  assertEquals((await scene.written()).log, { format: "json", level: "debug" });
  assertStringIncludes(await scene.page("/settings/logs?done=saved"), "Saved. It is in force already.");
});

Deno.test("addConfigForms() gives a refused form back as it was sent, the others as they are", async () => {
  await using scene = await SettingsScene.create({ desktop: { icon: "dark" } });
  const refused = await scene.submit("/settings/desktop", "/settings/desktop/listening", { "listen.port": "99999" });
  const page = await refused.text();
  assertEquals(refused.status, 422);
  assertStringIncludes(page, 'value="99999"');
  assertStringIncludes(page, 'id="listen.port-problem"');
  assertStringIncludes(page, '<option value="dark" selected="">');
  assertEquals(await scene.written(), { version: 1, desktop: { icon: "dark" } });
  const loadedAgain = await scene.get("/settings/desktop/listening");
  assertEquals([loadedAgain.status, loadedAgain.headers.get("location")], [303, "/settings/desktop"]);
});

Deno.test("addConfigForms() shows what runs while the file cannot be used, and saves nothing over it", async () => {
  await using scene = await SettingsScene.create({ log: { level: "warn" } });
  await scene.edit("{ broken");
  const page = await scene.page("/settings/logs");
  assertStringIncludes(page, "The configuration file cannot be used, so nothing can be saved");
  assertStringIncludes(page, '<option value="warn" selected="">');
  const refused = await scene.submit("/settings/logs", "/settings/logs/level", { "log.level": "info" });
  assertEquals([refused.status, await scene.file.read()], [422, "{ broken"]);
  assertStringIncludes(await refused.text(), "Nothing was changed, for the file would be overwritten");
});
