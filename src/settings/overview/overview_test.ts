import { assertEquals, assertStringIncludes } from "@std/assert";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { RunningRequests } from "../../state/running_requests.ts";

const hostile = `<script>alert("1")</script>`;

Deno.test("the overview shows what runs and what failed over as text, whatever it is called", async () => {
  const running = new RunningRequests();
  running.begin({
    id: "1",
    app: hostile,
    dialect: "ollama",
    startedAt: 0,
    model: hostile,
    backend: null,
    phase: "waiting",
    attempts: [],
  });
  await using scene = await SettingsScene.start({ changed: { running } });
  scene.store.update((state) => ({
    ...state,
    failovers: [{ at: new Date(0).toISOString(), from: "local", to: null, reason: hostile, model: hostile }],
  }));
  const page = await scene.page("/settings/overview");
  assertEquals(page.includes("<script>alert"), false);
  assertStringIncludes(page, "&lt;script&gt;alert");
  assertStringIncludes(page, "nobody else could answer");
});

Deno.test("the overview says what to do where nothing is set up", async () => {
  await using scene = await SettingsScene.start({ config: { backends: [] } });
  assertStringIncludes(await scene.page("/settings/overview"), `href="/settings/connections/new"`);
});

Deno.test("the overview changes the mode and pauses the cloud by forms, and passes over what is none", async () => {
  await using scene = await SettingsScene.start();
  for (
    const [path, fields] of [
      ["mode", { mode: "cloud-only" }],
      ["mode", { mode: "nonsense" }],
      ["pause", { for: "hour" }],
      ["pause", { for: "ever" }],
      ["pause", { for: "end" }],
    ] as const
  ) {
    assertEquals((await scene.post(`/settings/overview/${path}`, fields)).status, 303);
  }
  assertEquals(scene.commands, ["mode cloud-only", "pause 3600000", "pause undefined", "resume"]);
});

Deno.test("the overview tells that a changed configuration cannot be used", async () => {
  await using scene = await SettingsScene.start();
  await scene.edit("{ broken");
  const page = await scene.page("/settings/overview");
  assertStringIncludes(page, "Cannot use");
  assertStringIncludes(page, "line 1");
});
