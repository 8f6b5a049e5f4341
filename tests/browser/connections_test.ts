/// <reference lib="dom" />
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ModelServer } from "../support/model_server.ts";
import { browserTest, hindrances } from "../support/browser.ts";
import { SettingsBrowser } from "../support/settings_browser.ts";

const token = "planted-token-4711";

browserTest("a cloud connection with a token: tested before it is added, its token kept and never shown", async () => {
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "ollama", token });
  await using scene = await SettingsBrowser.start({ backends: [] });
  const page = await scene.open("/settings/connections");
  await page.getByRole("link", { name: "Add a connection" }).click();
  await page.getByRole("link", { name: /^Ollama Cloud/ }).click();
  assertEquals(await page.getByLabel("Address").inputValue(), "https://ollama.com");
  assertEquals(await page.getByLabel("Name", { exact: true }).inputValue(), "ollama-cloud");
  await page.getByLabel("Address").fill(cloud.url);

  // Without its token the server refuses, and the step says what to do.
  await page.getByRole("button", { name: "Test it first" }).click();
  await page.getByText("This connection does not work yet.").waitFor();
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.getByRole("button", { name: "Test it first" }).click();
  await page.getByText("This connection works.").waitFor();
  assertEquals(await page.locator(".step.ok").count(), 2);
  assertEquals(await hindrances(page), [], page.url());

  // There is no keyring here: nothing is kept without the user's consent.
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("#token-problem").waitFor();
  assertEquals((await scene.written()).backends, []);
  // Agreeing alone saves no connection without its token: what was typed is not sent back.
  await page.getByLabel("Keep the token in a file that only I can read").check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("#token-problem", { hasText: "Type the token again" }).waitFor();
  assertEquals((await scene.written()).backends, []);
  await page.getByLabel("Token", { exact: true }).fill(token);
  await page.getByLabel("Keep the token in a file that only I can read").check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("Added. It is checked now.").waitFor();
  await page.locator("#connection-ollama-cloud .pill.up").waitFor();

  assertEquals((await scene.written()).backends, [
    { id: "ollama-cloud", kind: "ollama", url: cloud.url, location: "cloud", secret: "ollama-cloud" },
  ]);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByText("One is kept in a file that only you can read.").waitFor();
  assertEquals(await page.getByLabel("Token", { exact: true }).inputValue(), "");
  const shown = [await page.content(), JSON.stringify(await scene.written()), scene.broker.log.join("")];
  for (const text of shown) assertEquals(text.includes(token), false);

  await page.getByText("Forget the token").first().click();
  await page.getByRole("button", { name: "Forget the token" }).click();
  await page.getByText("The token is forgotten.").waitFor();
  await scene.broker.waitFor(({ backends }) => backends[0].health === "misconfigured");
});

browserTest("a test of a connection shows its steps as they run, and what to do about the one that fails", async () => {
  await using server = await ModelServer.start({ name: "slow", dialect: "ollama" });
  await using scene = await SettingsBrowser.start({
    backends: [{ id: "slow", kind: "ollama", url: server.url, location: "local" }],
  });
  await scene.broker.waitUntilChecked();
  const page = await scene.open("/settings/connections");
  const opened = Promise.withResolvers<void>();
  server.onHealth = { kind: "silent", until: opened.promise };
  await page.getByRole("button", { name: "Test slow" }).click();
  await page.getByText("Testing…").waitFor();
  server.onHealth = undefined;
  opened.resolve();
  await page.locator("#connection-slow .step.ok").nth(1).waitFor();
  await page.locator("#connection-slow").getByText("This connection works.").waitFor();

  await server.stop();
  await page.getByRole("button", { name: "Test slow" }).click();
  await page.locator("#connection-slow .step.failed").waitFor();
  assertStringIncludes(await page.textContent("#connection-slow .advice") ?? "", "ollama serve");
});

browserTest("the order is changed by the keyboard alone, and by dragging", async () => {
  await using server = await ModelServer.start({ name: "any", dialect: "ollama" });
  const backend = (id: string) => ({ id, kind: "ollama" as const, url: server.url, location: "local" as const });
  await using scene = await SettingsBrowser.start({ backends: [backend("one"), backend("two"), backend("three")] });
  await scene.broker.waitUntilChecked();
  const order = async () => (await scene.written()).backends.map(({ id }: { id: string }) => id);
  const page = await scene.open("/settings/connections");
  await page.getByRole("button", { name: "Ask three earlier" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Saved. It is in force already.").waitFor();
  assertEquals(await order(), ["one", "three", "two"]);

  await page.goto(`${scene.broker.url}/settings/connections`);
  const handle = page.locator("#connection-two .handle");
  const moved = page.waitForResponse((response) => response.url().includes("/move/two"));
  await handle.dragTo(page.locator("#connection-one"), { targetPosition: { x: 40, y: 4 } });
  assertEquals((await moved).status(), 303);
  assertEquals(await order(), ["two", "one", "three"]);
  assertEquals((await scene.written()).backends.map(({ priority }: { priority: number }) => priority), [1, 2, 3]);
});

browserTest("two windows: what one saved is told to the other, and never lost", async () => {
  await using scene = await SettingsBrowser.start({
    backends: [{ id: "local", kind: "ollama", url: "http://127.0.0.1:9", location: "local" }],
  });
  const [first, second] = [
    await scene.open("/settings/connections/edit/local"),
    await scene.open("/settings/connections/edit/local"),
  ];
  await first.getByLabel("Address").fill("http://127.0.0.1:8");
  await first.getByRole("button", { name: "Save" }).click();
  await first.getByText("Saved. It is in force already.").waitFor();

  // Another field: both changes stay.
  await second.getByText("Advanced").click();
  await second.getByLabel("Requests at once").fill("3");
  await second.getByRole("button", { name: "Save" }).click();
  await second.getByText("Saved. It is in force already.").waitFor();
  const [{ url, maxConcurrent }] = (await scene.written()).backends;
  assertEquals([url, maxConcurrent], ["http://127.0.0.1:8", 3]);

  // The same field: nothing is saved, and both values are told.
  await first.getByLabel("Address").fill("http://127.0.0.1:7");
  await second.getByLabel("Address").fill("http://127.0.0.1:6");
  await first.getByRole("button", { name: "Save" }).click();
  await first.getByText("Saved. It is in force already.").waitFor();
  await second.getByRole("button", { name: "Save" }).click();
  await second.getByText("Nothing was saved").waitFor();
  assertStringIncludes(await second.textContent("#url-problem") ?? "", "changed meanwhile to “http://127.0.0.1:7”");
  assertEquals(await second.getByLabel("Address").inputValue(), "http://127.0.0.1:6");
  assertEquals((await scene.written()).backends[0].url, "http://127.0.0.1:7");
  await second.getByRole("button", { name: "Save" }).click();
  await second.getByText("Saved. It is in force already.").waitFor();
  assertEquals((await scene.written()).backends[0].url, "http://127.0.0.1:6");
});

browserTest("what is wrong is said beside its field, and the focus goes there", async () => {
  await using scene = await SettingsBrowser.start({
    backends: [{ id: "local", kind: "ollama", url: "http://127.0.0.1:9", location: "local" }],
  });
  const page = await scene.open("/settings/connections/new/other");
  await page.getByLabel("Name", { exact: true }).fill("not a name");
  await page.getByLabel("Address").fill("ftp://somewhere");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText(/Name must be 1-64 letters/).waitFor();
  await page.getByText(/Address must be an http or https URL/).waitFor();
  assertEquals(await page.evaluate(() => document.activeElement?.id), "id");
  await page.getByLabel("Name", { exact: true }).fill("local");
  await page.getByLabel("Address").fill("http://127.0.0.1:9");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("another connection is called that").waitFor();
  assertEquals(await hindrances(page), [], page.url());
});
