/// <reference lib="dom" />
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ModelServer } from "../support/model_server.ts";
import { browserTest, hindrances, overhang } from "../support/browser.ts";
import { SettingsBrowser } from "../support/settings_browser.ts";

const pages = ["overview", "connections", "connections/new", "connections/new/ollama-cloud", "connections/edit/local"];

browserTest("the first visit: a link opens the page, once, and leaves no key in the address", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using scene = await SettingsBrowser.start({
    backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
  });
  const link = await scene.link();
  const page = await scene.chromium.window();
  const first = await page.goto(link);
  assertEquals([first?.status(), page.url()], [200, `${scene.broker.url}/settings/overview`]);
  await page.getByText("Ollama on this machine answers").waitFor();
  await page.getByText("Answers now").waitFor();

  const stranger = await scene.chromium.window();
  const again = await stranger.goto(link);
  assertEquals(again?.status(), 403);
  assertStringIncludes(await stranger.textContent("main") ?? "", "This link was used before or is older than a minute");
  const locked = await stranger.goto(`${scene.broker.url}/settings/connections`);
  assertEquals(locked?.status(), 401);
  assertStringIncludes(await stranger.textContent("main") ?? "", "cloudtolocalllm settings");
  assertEquals(scene.broker.log.filter((line) => line.includes(link.split("key=")[1])), []);
});

browserTest("the first load is under 100 KB, and a second one mostly known already", async () => {
  await using scene = await SettingsBrowser.start({ backends: [] });
  const page = await scene.open();
  const bytes = async () => {
    await page.waitForLoadState("load");
    return await page.evaluate(() =>
      [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0)
    );
  };
  const first = await bytes();
  assertEquals(first > 5_000 && first < 100_000, true, `${first} bytes`);
  await page.goto(`${scene.broker.url}/settings/connections`);
  const second = await bytes();
  assertEquals(second < first, true, `${second} bytes after ${first}`);
});

browserTest("every page is accessible and fits, wide and narrow, light and dark", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using scene = await SettingsBrowser.start({
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "openai", url: "http://127.0.0.1:9/v1", location: "cloud", secret: "cloud" },
    ],
  });
  await scene.broker.waitUntilChecked();
  const page = await scene.open();
  for (const path of pages) {
    await page.goto(`${scene.broker.url}/settings/${path}`);
    for (const width of [1440, 375]) {
      await page.setViewportSize({ width, height: 900 });
      assertEquals(await hindrances(page), [], page.url());
      assertEquals(await overhang(page), 0, page.url());
    }
  }
  assertEquals(scene.chromium.complaints, []);
});

browserTest("the overview is live: a backend that ends and comes back is seen without a reload", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai" });
  await using scene = await SettingsBrowser.start({
    health: { upIntervalMs: 100, downIntervalMs: 100, threshold: 1 },
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "openai", url: cloud.url, location: "cloud" },
    ],
  });
  const page = await scene.open();
  await page.locator(".branch.active", { hasText: "local" }).waitFor();
  await local.stop();
  await page.locator(".branch.active", { hasText: "cloud" }).waitFor();
  await page.locator("#state-pill.degraded").waitFor();
  assertMatch(await page.textContent("#overview-state .lead") ?? "", /answers/);
  await local.restart();
  await page.locator(".branch.active", { hasText: "local" }).waitFor();
  await page.locator("#state-pill.connected").waitFor();
});

browserTest("changing the mode holds at once, and is in the file", async () => {
  await using scene = await SettingsBrowser.start({ backends: [] });
  const page = await scene.open();
  await page.getByLabel("Mode").selectOption("cloud-only");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("Saved. It is in force already.").waitFor();
  assertEquals(await page.getByLabel("Mode").inputValue(), "cloud-only");
  assertEquals((await scene.broker.status()).mode, "cloud-only");
  assertEquals(JSON.parse(await Deno.readTextFile(`${scene.broker.folder}/config.json`)).route, { mode: "cloud-only" });

  await page.getByRole("button", { name: "Only local for 1 hour" }).click();
  await page.getByRole("button", { name: "Resume the cloud" }).click();
  await page.getByRole("button", { name: "Pause the cloud" }).waitFor();
  assertEquals((await scene.broker.status()).pause, null);
});

browserTest("without JavaScript everything can be read and saved", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using scene = await SettingsBrowser.start({
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "second", kind: "ollama", url: local.url, location: "local" },
    ],
  });
  const page = await scene.open("/settings/connections", { javaScriptEnabled: false });
  await page.getByRole("button", { name: "Ask second earlier" }).click();
  await page.getByText("Saved. It is in force already.").waitFor();
  assertEquals(
    await page.locator(".connection h3").allTextContents().then((names) =>
      names.map((name) => /local|second/.exec(name)?.[0])
    ),
    ["second", "local"],
  );
  await page.getByRole("button", { name: "Test local" }).click();
  await page.getByText("This connection works.").waitFor();
  await page.getByRole("button", { name: "Switch off second" }).click();
  await page.getByRole("button", { name: "Switch on second" }).waitFor();
  await page.goto(`${scene.broker.url}/settings/connections/edit/local`);
  await page.getByLabel("Address").fill("no address");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/Address must be an http or https URL/).waitFor();
  assertEquals(await page.getByLabel("Address").inputValue(), "no address");
  const { backends } = JSON.parse(await Deno.readTextFile(`${scene.broker.folder}/config.json`));
  assertEquals(backends.map(({ id, enabled }: { id: string; enabled?: boolean }) => [id, enabled]), [
    ["second", false],
    ["local", undefined],
  ]);
});
