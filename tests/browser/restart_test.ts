/// <reference lib="dom" />
import { assertEquals } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { browserTest } from "../support/browser.ts";
import { SettingsBrowser } from "../support/settings_browser.ts";
import { steadyPort } from "../support/steady_port.ts";

browserTest(
  "an open page says that the daemon is away, then that its session has ended, and goes on by itself",
  async () => {
    const config = { listen: { port: steadyPort() }, backends: [] };
    await using scene = await SettingsBrowser.start(config);
    const [page, stale] = [await scene.open(), await scene.open()];
    await page.locator("#connection").waitFor({ state: "hidden" });
    const said = (words: string) => page.locator("#connection", { hasText: words }).waitFor();

    await scene.broker[Symbol.asyncDispose]();
    await said("The daemon does not answer");
    scene.broker = await BrokerFixture.start(config);
    await said("You are signed out");
    // A form of the last run changes nothing.
    await stale.getByRole("button", { name: "Use it" }).click();
    await stale.getByText("The settings are locked").waitFor();

    const other = await page.context().newPage();
    await other.goto(await scene.link());
    await other.getByRole("heading", { name: "Overview" }).waitFor();
    await page.locator("#connection").waitFor({ state: "hidden" });
    await page.locator("#overview-state").waitFor();
    const [first, second] = await Promise.all(
      [page, other].map((one) => one.evaluate(() => document.body.dataset.daemon)),
    );
    assertEquals(first, second);
  },
);
