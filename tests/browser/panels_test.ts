import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { browserTest, hindrances, overhang } from "../support/browser.ts";
import { PanelsScene } from "../support/panels_scene.ts";

const paths = ["privacy", "privacy/forget", "desktop", "logs", "about"].map((name) => `/settings/${name}`);
const hostile = `<img src=x onerror="window.hit = true"></div><script>window.hit = true</script>`;

browserTest("the panels are without hindrances, and as wide as the window at 375 and at 1440 pixels", async () => {
  await using scene = await PanelsScene.start(paths[0], { config: { limits: { monthlyCloudTokens: 1_000 } } });
  await scene.log("llama3.2");
  for (const path of paths) {
    for (const width of [375, 1440]) {
      await scene.page.setViewportSize({ width, height: 900 });
      await scene.goTo(path);
      assertEquals(await hindrances(scene.page), [], `${path} at ${width}`);
      assertEquals(await overhang(scene.page), 0, `${path} at ${width}`);
    }
  }
  assertEquals(scene.browser.complaints, []);
});

browserTest(
  "the panels are not wider than a narrow window when nothing answers, which takes the most words",
  async () => {
    await using scene = await PanelsScene.start(paths[0], { env: { CLOUDTOLOCALLLM_SECRET_PLANTED: "" }, width: 375 });
    assertStringIncludes(await scene.page.textContent("#state-pill") ?? "", "Nothing answers");
    assertEquals(await scene.page.evaluate("document.documentElement.scrollWidth"), 375);
  },
);

browserTest("Privacy: a click adds a known model as a line, which is saved with the rest", async () => {
  await using scene = await PanelsScene.start("/settings/privacy");
  const { page } = scene;
  await page.fill("[id='privacy.localApps']", "mine");
  await page.click("button[value='llama3.2']");
  await page.click("button[value='qwen3']");
  assertEquals(await page.inputValue("[id='privacy.localModels']"), "llama3.2\nqwen3\n");
  assertEquals(await page.locator("button[value='llama3.2']").count(), 0);
  await scene.press("form[action='/settings/privacy/rules'] button.primary");
  assertStringIncludes(await page.textContent("#done") ?? "", "Saved");
  assertEquals((await scene.written()).privacy, { localApps: ["mine"], localModels: ["llama3.2", "qwen3"] });
  assertEquals(scene.browser.complaints, []);
});

browserTest("Privacy: what is sent elsewhere on the page does not lose what was written and not saved", async () => {
  await using scene = await PanelsScene.start("/settings/privacy");
  const { page } = scene;
  await page.click("[id='privacy.localApps']");
  await page.keyboard.type("mine");
  const [asked] = await Promise.all([
    page.waitForEvent("dialog"),
    page.click("#mode-cloud-first", { noWaitAfter: true }),
  ]);
  assertEquals(asked.type(), "beforeunload");
  await asked.dismiss();
  assertEquals(await page.inputValue("[id='privacy.localApps']"), "mine");
});

browserTest("Privacy without a script: modes, pauses, suggestions and the deletion of the record", async () => {
  await using scene = await PanelsScene.start("/settings/privacy", { javaScriptEnabled: false });
  const { page, broker } = scene;
  await scene.press("#mode-cloud-first");
  assertEquals(await page.getAttribute("#mode-cloud-first", "aria-pressed"), "true");
  await scene.press("#pause-hour");
  assertEquals((await broker.status()).pause !== null, true);
  await scene.press("#pause-over");
  assertEquals((await broker.status()).pause, null);
  await scene.press("button[value='llama3.2']");
  assertEquals((await scene.written()).privacy, { localModels: ["llama3.2"] });
  await scene.log("llama3.2");
  const count = async () => (await (await broker.control("/usage")).json()).summary.requests;
  assertEquals(await count(), 1);
  await scene.press("a[href='/settings/privacy/forget']");
  assertEquals(await count(), 1);
  await scene.press("#forget-now");
  assertStringIncludes(await page.textContent("#done") ?? "", "The record of use is deleted.");
  assertEquals(await count(), 0);
});

browserTest("Privacy shows at once what is commanded elsewhere, and keeps the focus", async () => {
  await using scene = await PanelsScene.start("/settings/privacy");
  const { page, broker } = scene;
  await page.focus("#mode-local-only");
  await (await broker.control("/pause", { method: "PUT", body: "{}" })).body?.cancel();
  await page.waitForSelector("#pause-over");
  assertStringIncludes(await page.textContent("#mode") ?? "", "Now it is local only, for the cloud is paused");
  assertEquals(await page.evaluate("document.activeElement.id"), "mode-local-only");
});

browserTest(
  "Desktop: an address beyond this machine without a key is refused beside the key, which has the focus",
  async () => {
    await using scene = await PanelsScene.start("/settings/desktop");
    const { page } = scene;
    await page.fill("[id='listen.host']", "0.0.0.0");
    await scene.press("form[action='/settings/desktop/listening'] button.primary");
    const said = await page.textContent("[id='listen.clientKey-problem']");
    assertStringIncludes(said ?? "", "must be set when listen.host is 0.0.0.0");
    assertEquals(await page.evaluate("document.activeElement.id"), "listen.clientKey");
    assertEquals(await page.inputValue("[id='listen.host']"), "0.0.0.0");
  },
);

browserTest("Desktop: the address and ready-made lines are copied, and start at login is switched", async () => {
  await using home = await temporaryHome();
  await using scene = await PanelsScene.start("/settings/desktop", { env: { HOME: home.path } });
  const { page, broker } = scene;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copied = async (id: string) => {
    await page.click(`[data-copy='${id}']`);
    return await page.evaluate("navigator.clipboard.readText()");
  };
  assertEquals(await copied("address"), broker.url);
  assertEquals(await copied("ready-ollama"), `OLLAMA_HOST=${new URL(broker.url).host} ollama run llama3.2`);
  await scene.press("#login-start-switch");
  assertStringIncludes(await page.textContent("#login-start") ?? "", "starts when you log in");
  assertStringIncludes(await Deno.readTextFile(`${home.path}/.config/autostart/cloudtolocalllm.desktop`), "Exec=");
  await scene.press("#login-start-switch");
  assertStringIncludes(await page.textContent("#login-start") ?? "", "does not start");
});

browserTest(
  "Logs: new lines come by themselves, a script in one stays text, and a filter hides the others",
  async () => {
    await using scene = await PanelsScene.start("/settings/logs");
    const { page } = scene;
    await scene.log(hostile);
    await page.locator("#log > div", { hasText: "onerror" }).waitFor();
    assertEquals(await page.locator("#log img, #log script").count(), 0);
    assertEquals(await page.evaluate("window.hit"), undefined);
    await page.fill("#log-text", "ONERROR");
    const visible = () => page.locator("#log > div:visible").count();
    assertEquals(await visible(), 1);
    await scene.log("not wanted");
    await scene.log("onerror again");
    await page.locator("#log > div:visible", { hasText: "onerror again" }).waitFor();
    assertEquals(await visible(), 2);
    assertEquals(await page.locator("#log > div", { hasText: "not wanted" }).count(), 1);
    assertEquals(scene.browser.complaints, []);
  },
);

browserTest("Logs: what is read further up stays in its place, also when the oldest lines go", async () => {
  await using scene = await PanelsScene.start("/settings/logs");
  const { page } = scene;
  const event = (n: number) =>
    `id: other-run.${n}\ndata: ${JSON.stringify({ n, text: `line ${n}`, level: "info" })}\n\n`;
  const events = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => event(from + index)).join("");
  const streams = [events(1, 1_501), events(1_501, 2_601)];
  await page.route("**/settings/logs/lines?*", (route) => {
    const body = streams.shift();
    return body === undefined ? route.abort() : route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.reload();
  await page.locator("#log > div", { hasText: /^line 1500$/ }).waitFor();
  const hold = page.locator("#log-pause");
  await hold.click();
  const read = page.locator("#log > div", { hasText: /^line 1200$/ });
  await read.evaluate((row) => row.scrollIntoView({ block: "center" }));
  const top = () => read.evaluate((row) => row.getBoundingClientRect().top);
  const before = await top();
  await hold.click();
  await page.locator("#log > div", { hasText: /^line 2600$/ }).waitFor({ state: "attached" });
  assertEquals(await page.locator("#log > div").count(), 2_000);
  const moved = await top() - before;
  assert(Math.abs(moved) < 2, `It moved by ${moved} pixels`);
});

browserTest("Logs without a script: the filter is a form, and the bug report a text", async () => {
  const env = { HOME: "/home/ann" };
  await using scene = await PanelsScene.start("/settings/logs", { javaScriptEnabled: false, env });
  const { page } = scene;
  await scene.log("sk-planted-token /home/ann/x");
  await page.fill("#log-text", "operation=chat");
  await scene.press("#log-filter button");
  assertEquals(await page.locator("#log > div:visible").count(), 1);
  await scene.goTo("/settings/logs/report");
  const report = await page.textContent("body") ?? "";
  assertStringIncludes(report, "[redacted] ~/x");
  assertFalse(/sk-planted-token|\/home\/ann/.test(report));
});

browserTest("About: the diagnostics are downloaded without the token, and signing out locks the page", async () => {
  const env = { HOME: "/home/ann" };
  await using scene = await PanelsScene.start("/settings/about", { env });
  const { page } = scene;
  await scene.log("sk-planted-token");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click("a[href='/settings/about/diagnostics']"),
  ]);
  assert(/^cloudtolocalllm-diagnostics-[\d-]+\.json$/.test(download.suggestedFilename()));
  const text = await Deno.readTextFile(await download.path());
  assertFalse(text.includes("sk-planted-token"));
  assertEquals(JSON.parse(text).status.version, "0.0.0-test");
  assertEquals(JSON.parse(text).environment.set, ["HOME", "CLOUDTOLOCALLLM_SECRET_PLANTED"]);
  await scene.press("#leave");
  assertStringIncludes(await page.textContent("main") ?? "", "You are signed out");
  await scene.goTo("/settings/about");
  assertEquals(await page.textContent("h1"), "The settings are locked");
});

async function temporaryHome(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
