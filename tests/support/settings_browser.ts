import type { BrowserContextOptions, Page } from "playwright-core";
import { BrokerFixture, type BrokerFixtureOptions } from "./broker_fixture.ts";
import { TestBrowser } from "./browser.ts";

type Config = Parameters<typeof BrokerFixture.start>[0];

/** A daemon whose settings page is open in a real browser. */
export class SettingsBrowser implements AsyncDisposable {
  private constructor(public broker: BrokerFixture, readonly chromium: TestBrowser) {}

  static async start(config: Config, options: BrokerFixtureOptions = {}): Promise<SettingsBrowser> {
    await using resources = new AsyncDisposableStack();
    const broker = resources.use(await BrokerFixture.start(config, options));
    const scene = new SettingsBrowser(broker, await TestBrowser.start());
    resources.move();
    return scene;
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

  /** What the configuration file says. */
  // deno-lint-ignore no-explicit-any -- whatever a test looks at
  async written(): Promise<any> {
    return JSON.parse(await Deno.readTextFile(`${this.broker.folder}/config.json`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.chromium[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
  }
}
