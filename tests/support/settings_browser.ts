/// <reference lib="dom" />
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { assertEquals } from "@std/assert";
import { BrokerFixture, type BrokerFixtureOptions } from "./broker_fixture.ts";
import { isBrowserMissing, TestBrowser } from "./browser.ts";

type Config = Parameters<typeof BrokerFixture.start>[0];

/** A test in a real browser. */
export function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ignore: isBrowserMissing });
}

/** A daemon whose settings page is open in a real browser. */
export class SettingsBrowser implements AsyncDisposable {
  private constructor(public broker: BrokerFixture, readonly chromium: TestBrowser) {}

  static async start(config: Config, options: BrokerFixtureOptions = {}): Promise<SettingsBrowser> {
    const broker = await BrokerFixture.start(config, options);
    try {
      return new SettingsBrowser(broker, await TestBrowser.start());
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A new link, as the tray and the command line get it. */
  async link(): Promise<string> {
    const response = await this.broker.control("/login-link", { method: "POST" });
    return (await response.json()).url;
  }

  /** A window that came in through a link and shows `path`. */
  async open(path = "/settings/overview", options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.chromium.window(options);
    await page.goto(await this.link());
    if (path !== "/settings/overview") await page.goto(this.broker.url + path);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.chromium[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
  }
}

/** Fails on what axe-core finds serious or critical in the page as it is now. */
export async function assertAccessible(page: Page): Promise<void> {
  // As a function of the page: its Content-Security-Policy lets no script element of ours in.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- a global of the page
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ["violations"] });
    // deno-lint-ignore no-explicit-any -- as axe-core declares them, which the page does not know
    return violations.filter(({ impact }: any) => impact === "serious" || impact === "critical")
      // deno-lint-ignore no-explicit-any -- the same
      .map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.html).join(" | ")}`);
  });
  assertEquals(violations, [], page.url());
}

/** Fails when the page is wider than its window, which makes people scroll sideways. */
export async function assertFits(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  assertEquals(content > window, false, `${page.url()} is ${content} px wide in a window of ${window} px`);
}
