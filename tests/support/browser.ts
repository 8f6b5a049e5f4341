import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Chromium asks Google's hosts at each start unless it is told not to. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether Chromium is here: a test without it fails in CI and is skipped elsewhere. */
export const isBrowserMissing = !isThere(executablePath) && Deno.env.get("CI") === undefined;

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A Chromium of its own, and what went wrong in its pages. */
export class TestBrowser implements AsyncDisposable {
  /** Errors of scripts and of the console, and whatever was asked of another host than this machine. */
  readonly complaints: string[] = [];

  private constructor(readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath, args }));
  }

  /** A window with cookies of its own. */
  async window(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complaints.push(`script: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      const isOurs = hostname === "127.0.0.1" || hostname === "localhost";
      if (protocol.startsWith("http") && !isOurs) this.complaints.push(`foreign host: ${request.url()}`);
    });
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}
