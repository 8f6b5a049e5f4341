import type { Page } from "playwright-core";
import type { ConfigInput } from "../../src/config/schema.ts";
import { BrokerFixture } from "./broker_fixture.ts";
import { TestBrowser } from "./browser.ts";
import { ModelServer } from "./model_server.ts";
import { steadyPort } from "./steady_port.ts";

export interface PanelsSceneOptions {
  config?: Omit<ConfigInput, "version" | "backends">;
  env?: Record<string, string>;
  /** Default: yes. */
  javaScriptEnabled?: boolean;
  width?: number;
}

/** A daemon with one local model server, and a browser that has come through the door and looks at a page. */
export class PanelsScene implements AsyncDisposable {
  readonly broker: BrokerFixture;
  readonly browser: TestBrowser;
  readonly page: Page;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    { broker, browser, page }: { broker: BrokerFixture; browser: TestBrowser; page: Page },
    resources: AsyncDisposableStack,
  ) {
    this.broker = broker;
    this.browser = browser;
    this.page = page;
    this.#resources = resources;
  }

  static async start(path: string, options: PanelsSceneOptions = {}): Promise<PanelsScene> {
    const { config, env, javaScriptEnabled = true, width = 1440 } = options;
    await using resources = new AsyncDisposableStack();
    const local = resources.use(await ModelServer.start({ name: "local", dialect: "ollama", port: steadyPort() }));
    const broker = resources.use(
      await BrokerFixture.start({
        health: { upIntervalMs: 600_000, threshold: 20 },
        backends: [{ id: "local", kind: "ollama", url: local.url, location: "local", secret: "planted" }],
        ...config,
      }, { env: { CLOUDTOLOCALLLM_SECRET_PLANTED: "sk-planted-token", ...env } }),
    );
    await broker.waitUntilChecked();
    const browser = resources.use(await TestBrowser.start());
    const page = await browser.window({ javaScriptEnabled, viewport: { width, height: 900 } });
    const { url } = await (await broker.control("/login-link", { method: "POST" })).json();
    await page.goto(url);
    const scene = new PanelsScene({ broker, browser, page }, resources.move());
    await scene.goTo(path);
    return scene;
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(this.broker.url + path);
  }

  /** Presses a button and waits until the page that follows is there. */
  async press(selector: string): Promise<void> {
    await Promise.all([this.page.waitForEvent("load"), this.page.click(selector)]);
  }

  /** The daemon writes a line into its log that has these words, as the model that a program asks for. */
  async log(words: string): Promise<void> {
    const response = await this.broker.ask("/api/chat", { model: words, messages: [] });
    await response.body?.cancel();
  }

  /** What the configuration file says. */
  async written(): Promise<Record<string, unknown>> {
    return JSON.parse(await Deno.readTextFile(`${this.broker.folder}/config.json`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
