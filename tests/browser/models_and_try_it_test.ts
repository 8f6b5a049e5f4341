import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { browserTest, hindrances, TestBrowser } from "../support/browser.ts";
import { gate, ModelServer } from "../support/model_server.ts";
import { steadyPort } from "../support/steady_port.ts";

const hostile = `<img src=x onerror="window.hit = true"></script>\u202Egnp`;

/** A daemon with a local and a cloud model server, and a browser that has come through the door. */
class Scene implements AsyncDisposable {
  readonly local: ModelServer;
  readonly cloud: ModelServer;
  readonly broker: BrokerFixture;
  readonly browser: TestBrowser;
  readonly page: Page;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    parts: { local: ModelServer; cloud: ModelServer; broker: BrokerFixture; browser: TestBrowser; page: Page },
    resources: AsyncDisposableStack,
  ) {
    this.local = parts.local;
    this.cloud = parts.cloud;
    this.broker = parts.broker;
    this.browser = parts.browser;
    this.page = parts.page;
    this.#resources = resources;
  }

  static async start(path: string, options: { javaScriptEnabled?: boolean } = {}): Promise<Scene> {
    await using resources = new AsyncDisposableStack();
    const models = [{ name: "llama3.2" }, { name: "qwen2.5-coder:7b" }, { name: hostile, reply: () => hostile }];
    const local = resources.use(
      await ModelServer.start({ name: "local", dialect: "ollama", models, port: steadyPort() }),
    );
    const shop = [{ name: "meta-llama/llama-3.2-3b-instruct" }, { name: "qwen/qwen-2.5-coder-7b-instruct" }];
    const cloud = resources.use(await ModelServer.start({ name: "cloud", dialect: "openai", models: shop }));
    const broker = resources.use(
      await BrokerFixture.start({
        // Nobody looks after a backend but the requests of a test.
        health: { upIntervalMs: 600_000, threshold: 20 },
        backends: [
          { id: "local", kind: "ollama", url: local.url, location: "local" },
          { id: "cloud", kind: "openai", url: cloud.url, location: "cloud", models: { "llama3.2": shop[0].name } },
        ],
      }),
    );
    await broker.waitUntilChecked();
    const browser = resources.use(await TestBrowser.start());
    const page = await browser.window(options);
    const { url } = await (await broker.control("/login-link", { method: "POST" })).json();
    await page.goto(url);
    await page.goto(broker.url + path);
    return new Scene({ local, cloud, broker, browser, page }, resources.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

async function ask(page: Page, question: string): Promise<void> {
  await page.fill("#message", question);
  await page.press("#message", "Enter");
}

const lastTurn = (page: Page) => page.locator(".turn.assistant").last();

browserTest("Try it shows who answers, and that another stood in for a local server that stopped", async () => {
  await using scene = await Scene.start("/settings/try");
  const { page, local, browser } = scene;
  await ask(page, "Who are you?");
  await page.getByText("Answered by local.").waitFor();
  assertStringIncludes(await lastTurn(page).innerText(), "Hello from the local model. You said: Who are you?");
  assertMatch(
    await lastTurn(page).locator(".note").innerText(),
    /^local answered · first token after \d+ ms · \d+ tokens in \d+ ms · \d+ read$/,
  );
  await local.stop();
  await ask(page, "And now?");
  await page.getByText("Answered by cloud.").waitFor();
  assertStringIncludes(await lastTurn(page).innerText(), "Hello from the cloud model. You said: And now?");
  assertMatch(await lastTurn(page).locator(".note").innerText(), /^local was not running → cloud answered · /);
  assertEquals([await hindrances(page), browser.complaints], [[], []]);
  await page.reload();
  assertEquals(await page.locator(".turn").count(), 4);
  await page.click("#new-conversation");
  await page.reload();
  assertEquals(await page.locator(".turn").count(), 0);
});

browserTest("Try it shows an answer that breaks off as what it is, and asks again", async () => {
  await using scene = await Scene.start("/settings/try");
  const { page, local } = scene;
  local.script({ kind: "drop_after", frames: 3 });
  await ask(page, "Tell me");
  await page.getByText("The answer is not complete.", { exact: true }).waitFor();
  assertStringIncludes(await lastTurn(page).locator(".problem").innerText(), "is not complete");
  assertEquals(await lastTurn(page).locator(".note").innerText(), "local began to answer");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Answered by local.").waitFor();
  assertEquals([await page.locator(".turn").count(), await page.locator(".problem:visible").count()], [2, 0]);
});

browserTest("Try it takes away who answers: that answer ends, and the question is asked again without it", async () => {
  await using scene = await Scene.start("/settings/try");
  const { page, local } = scene;
  local.script({ kind: "slow_tokens", gates: [Promise.resolve(), gate().promise] });
  await ask(page, "Go on");
  await lastTurn(page).getByText("Hello").waitFor();
  const asksAgain = page.waitForRequest((request) => request.url().endsWith("/settings/try/chat"));
  await page.getByRole("button", { name: "Take local away now" }).click();
  const again = await asksAgain;
  assertEquals(again.postDataJSON(), {
    model: "llama3.2:latest",
    messages: [{ role: "user", content: "Go on" }],
    without: ["local"],
  });
  await page.getByText("Answered by cloud.").waitFor();
  assertEquals([await local.modelRequests[0].ended, local.modelRequests.length], ["client_left", 1]);
  assertEquals(await page.locator("#away-local").isChecked(), true);
  const turns = await page.locator(".turn.assistant").allInnerTexts();
  assertEquals(turns.length, 2);
  assertStringIncludes(turns[0], "local was taken away in the middle. It is asked again without it.");
  assertStringIncludes(turns[1], "local was taken away → cloud answered");
  // Nobody else notices: it is no failover, and the next program is answered by it.
  assertEquals((await scene.broker.status()).failovers, []);
  const response = await scene.broker.ask("/api/chat", { model: "llama3.2", messages: [] });
  assertEquals(response.headers.get("x-broker-backend"), "local");
  await response.body?.cancel();
});

browserTest("Try it stops an answer, and leaving the page ends it at the model server", async () => {
  await using scene = await Scene.start("/settings/try");
  const { page, local, broker } = scene;
  const stall = { kind: "slow_tokens", gates: [Promise.resolve(), gate().promise] } as const;
  local.script(stall, stall);
  await ask(page, "First");
  await lastTurn(page).getByText("Hello").waitFor();
  await page.click("#stop");
  await lastTurn(page).getByText("Stopped.").waitFor();
  assertEquals(await local.modelRequests[0].ended, "client_left");
  await ask(page, "Second");
  await lastTurn(page).getByText("Hello").waitFor();
  await page.goto(`${broker.url}/settings/models`);
  assertEquals(await local.modelRequests[1].ended, "client_left");
});

browserTest("Try it says what fails before the first word, and that one is signed out", async () => {
  await using scene = await Scene.start("/settings/try");
  const { page, local, cloud } = scene;
  await local.stop();
  await cloud.stop();
  await ask(page, "Hi");
  await page.getByText("There is no answer.").waitFor();
  assertMatch(await lastTurn(page).locator(".problem").innerText(), /local.*cloud/s);
  assertMatch(await lastTurn(page).locator(".note").innerText(), /^local was not running → cloud was not running/);
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Try again" }).click();
  await lastTurn(page).getByText(/^You are signed out/).waitFor();
});

browserTest("Try it shows what models say and are called as text, and a long answer in time", async () => {
  await using scene = await Scene.start("/settings/try");
  const { page, local, browser } = scene;
  await page.selectOption("#try-model", `${hostile}:latest`);
  await ask(page, "x");
  await page.getByText("Answered by local.").waitFor();
  assertEquals(await lastTurn(page).locator(".said").last().innerText(), hostile);
  assertEquals(await page.evaluate("[window.hit, document.querySelectorAll('#conversation img').length]"), [
    undefined,
    0,
  ]);
  const frames = Array.from({ length: 20_000 }, (_, i) => `word ${i}${i % 9 === 8 ? "\n" : " "}`);
  const thought = JSON.stringify({ message: { content: "", thinking: "<i>hm</i>" }, done: false });
  const lines = frames.map((content) => JSON.stringify({ message: { role: "assistant", content }, done: false }));
  const last = JSON.stringify({ message: { content: "" }, done: true, eval_count: frames.length });
  const body = [thought, ...lines, last].join("\n") + "\n";
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n";
  local.script({ kind: "raw", bytes: `${head}Content-Length: ${body.length}\r\n\r\n${body}` });
  await page.selectOption("#try-model", "llama3.2:latest");
  await ask(page, "At length");
  await lastTurn(page).getByText("20000 tokens").waitFor();
  assertEquals(await lastTurn(page).locator(".said").last().evaluate((said) => said.textContent), frames.join(""));
  assertEquals(await lastTurn(page).getByText("<i>hm</i>").isVisible(), false);
  await lastTurn(page).getByText("Thinking").click();
  assertEquals(await lastTurn(page).getByText("<i>hm</i>").isVisible(), true);
  assertEquals(browser.complaints, []);
});

browserTest("Try it works without a script", async () => {
  await using scene = await Scene.start("/settings/try", { javaScriptEnabled: false });
  const { page } = scene;
  await page.fill("#message", "Plainly");
  await page.check("#away-cloud");
  await page.click("#send");
  assertStringIncludes(
    await page.locator("#conversation").innerText(),
    "Hello from the local model. You said: Plainly",
  );
  assertStringIncludes(await lastTurn(page).innerText(), "local answered");
  assertEquals(await page.locator("#away-cloud").isChecked(), true);
});

browserTest("Models filters its list as one types, and keeps the filter when the list is drawn anew", async () => {
  await using scene = await Scene.start("/settings/models");
  const { page, broker, browser } = scene;
  await page.fill("#find", "qwen cloud");
  await page.getByText("1 of 5 models shown.").waitFor();
  await broker.ask("/api/pull", { model: "brand-new" }).then((response) => response.body?.cancel());
  await page.getByText("1 of 6 models shown.").waitFor();
  assertEquals(await page.locator("li.model:visible h3").allInnerTexts(), ["qwen/qwen-2.5-coder-7b-instruct"]);
  await page.fill("#find", "");
  await page.getByText("6 models can be used now.").waitFor();
  assertEquals([await page.evaluate("window.hit"), await hindrances(page), browser.complaints], [undefined, [], []]);
});

browserTest("Models uses what it suggests, and the next question is answered with it", async () => {
  await using scene = await Scene.start("/settings/models");
  const { page, broker, local } = scene;
  await page.getByRole("button", { name: /^Use it: qwen\/qwen-2.5-coder-7b-instruct at cloud/ }).click();
  await page.getByText("Saved. Programs can use that name already.").waitFor();
  await local.stop();
  const chat = { model: "qwen2.5-coder:7b", messages: [{ role: "user", content: "hi" }], stream: false };
  const answer = await broker.ask("/api/chat", chat);
  assertEquals([answer.headers.get("x-broker-backend"), answer.status], ["cloud", 200]);
  await answer.body?.cancel();
});

browserTest("Models follows a pull over a reload of the page, cancels it, and tells of one that fails", async () => {
  await using scene = await Scene.start("/settings/models");
  const { page, local } = scene;
  local.script({ kind: "stall_after", frames: 2, until: gate().promise });
  await page.fill("#pull", "mistral");
  await page.press("#pull", "Enter");
  const bar = page.getByRole("progressbar", { name: "Pulling mistral" });
  await page.locator("progress[value]").waitFor();
  await page.reload();
  await bar.waitFor();
  await page.getByRole("button", { name: "Cancel the pull of mistral to local" }).click();
  await page.getByText("Cancelled. What has come is kept").waitFor();
  assertEquals(await local.modelRequests[0].ended, "client_left");
  local.script({ kind: "first_event_error", message: "pull model manifest: file does not exist" });
  await page.getByRole("button", { name: "Try again: pull mistral to local" }).click();
  await page.getByText("There is no model called “mistral” to pull").waitFor();
  await page.getByRole("button", { name: "Try again: pull mistral to local" }).click();
  await page.getByText("Done: programs can use it now.").waitFor();
  await page.getByRole("heading", { name: "mistral:latest" }).waitFor();
});

browserTest("Models deletes a model after asking, and loads one", async () => {
  await using scene = await Scene.start("/settings/models");
  const { page, local } = scene;
  await page.getByRole("button", { name: "Load llama3.2:latest at local" }).click();
  await page.getByText("It is loaded").waitFor();
  assertEquals(local.shelf.loaded().map(({ name }) => name), ["llama3.2"]);
  await page.getByRole("button", { name: "Free memory: llama3.2:latest at local" }).click();
  await page.getByText("Its memory is free.").waitFor();
  await page.getByRole("link", { name: "Delete… qwen2.5-coder:7b at local" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByText("Deleted.").waitFor();
  assertEquals(local.shelf.find("qwen2.5-coder:7b"), undefined);
});
