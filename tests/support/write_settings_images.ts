/**
 * Writes docs/images/settings-*.png of a real daemon with scripted model servers, by Chromium:
 * `deno run -A tests/support/write_settings_images.ts`
 */
import type { Page } from "playwright-core";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { UsageRecord } from "../../src/usage/usage_record.ts";
import { TestBrowser } from "./browser.ts";
import { BrokerFixture } from "./broker_fixture.ts";
import { gate, ModelServer } from "./model_server.ts";
import { steadyPort } from "./steady_port.ts";
import { recordOf } from "./usage/usage_scene.ts";

const images = new URL("../../docs/images/", import.meta.url).pathname;
const hourMs = 3_600_000;
const apps = ["ollama", "OpenAI/Python", "open-webui", "continue", "Zed"];
const models = ["llama3.2", "qwen2.5-coder:7b", "gpt-oss:20b"];

/** A day of a person with a few programs, the same each time: mostly local, in the cloud while the machine was off. */
async function writeUse(path: string): Promise<void> {
  await using record = new UsageRecord({
    path,
    config: () => ({ record: true, keepDays: 90 }),
    clock: systemClock,
    log: silentLog,
  });
  const now = Date.now();
  for (let i = 0; i < 420; i++) {
    const hoursAgo = (i * 7.31) % 23.7;
    const inCloud = hoursAgo > 8 && hoursAgo < 11;
    const wave = 1 + Math.sin(hoursAgo / 2.3);
    record.record(recordOf({
      id: `seed-${i}`,
      startedAt: now - hoursAgo * hourMs,
      app: apps[(i * 3) % apps.length],
      model: models[i % models.length],
      firstByteMs: (inCloud ? 420 : 180) + wave * 90 + (i % 7) * 12,
      backend: inCloud ? "openrouter" : "ollama",
      location: inCloud ? "cloud" : "local",
      attempts: inCloud ? recordOf().attempts : [],
      usage: { inputTokens: 120 + (i % 11) * 20, outputTokens: Math.round(180 + wave * 160) },
    }));
  }
}

async function asUser(broker: BrokerFixture, app: string, model: string): Promise<void> {
  const headers = { "user-agent": `${app}/1.0` };
  const body = { model, messages: [{ role: "user", content: "Why is the sky blue?" }] };
  const response = await broker.ask("/api/chat", body, { headers });
  await response.body?.cancel();
}

async function writeTry(page: Page, url: string, local: ModelServer): Promise<void> {
  await page.goto(`${url}/settings/try`);
  const ask = async (question: string) => {
    await page.fill("#message", question);
    await page.press("#message", "Enter");
  };
  await ask("Say hello in one sentence.");
  await page.getByText("Answered by ollama.").waitFor();
  local.script({ kind: "slow_tokens", gates: [Promise.resolve(), Promise.resolve(), gate().promise] });
  await ask("And now a longer answer, please.");
  await page.locator(".turn.assistant").last().getByText("Hello").waitFor();
  await page.getByRole("button", { name: "Take ollama away now" }).click();
  await page.getByText("Answered by openrouter.").waitFor();
  await page.screenshot({ path: `${images}settings-try.png` });
}

await using local = await ModelServer.start({
  name: "local",
  dialect: "ollama",
  port: steadyPort(),
  models: models.map((name) => ({ name })),
});
await using cloud = await ModelServer.start({
  name: "cloud",
  dialect: "openai",
  models: ["meta-llama/llama-3.2-3b-instruct", "qwen/qwen-2.5-coder-7b-instruct"].map((name) => ({ name })),
});
await using broker = await BrokerFixture.start({
  usage: { record: false },
  health: { upIntervalMs: 600_000 },
  backends: [
    { id: "ollama", kind: "ollama", url: local.url, location: "local" },
    {
      id: "openrouter",
      kind: "openai",
      url: cloud.url,
      location: "cloud",
      models: { "llama3.2": "meta-llama/llama-3.2-3b-instruct" },
    },
    { id: "ollama-cloud", kind: "ollama", url: "https://ollama.com", location: "cloud", enabled: false, priority: 2 },
  ],
});
await writeUse(`${broker.folder}/usage.db`);
const { version } = await (await broker.control("/config")).json();
const recording = JSON.stringify({ version, changes: { usage: { record: true } } });
await (await broker.control("/config", { method: "PATCH", body: recording })).body?.cancel();
await broker.waitUntilChecked();
await local.stop();
await asUser(broker, "open-webui", "llama3.2");
await local.restart();
await broker.waitFor(({ active }) => active === "ollama");
const stalled = gate();
local.script({ kind: "slow_tokens", gates: [Promise.resolve(), stalled.promise] });
const running = broker.ask("/api/chat", { model: "qwen2.5-coder:7b", messages: [{ role: "user", content: "x" }] }, {
  headers: { "user-agent": "continue/1.0" },
});
await using browser = await TestBrowser.start();
const page = await browser.window({ viewport: { width: 1200, height: 900 } });
const { url } = await (await broker.control("/login-link", { method: "POST" })).json();
await page.goto(url);
await page.getByText("answering").waitFor();
await page.screenshot({ path: `${images}settings-overview.png`, fullPage: true });
await page.goto(`${broker.url}/settings/connections`);
await page.screenshot({ path: `${images}settings-connections.png`, fullPage: true });
stalled.resolve();
await (await running).body?.cancel();
await page.setViewportSize({ width: 1000, height: 1020 });
await writeTry(page, broker.url, local);
