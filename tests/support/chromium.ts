import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(isThere);
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A test in a real browser; without one it is skipped, saying so, and fails in CI. */
export function browserTest(name: string, fn: () => Promise<void>): void {
  const isMissing = path === undefined;
  const ignore = isMissing && Deno.env.get("CI") === undefined;
  Deno.test({
    name: isMissing ? `${name} (not installed: chromium)` : name,
    ignore,
    fn,
    // Playwright keeps its driver's pipes and timers for the next browser.
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

/** A page of a browser of its own, closed when it is disposed; what fails in its scripts is kept. */
export class BrowserPage implements AsyncDisposable {
  readonly page: Page;
  /** Exceptions of scripts, and what the console was told as an error. */
  readonly errors: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on("pageerror", ({ message }) => this.errors.push(message));
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
  }

  static async open(options: { javaScriptEnabled?: boolean } = {}): Promise<BrowserPage> {
    const browser = await chromium.launch({ executablePath: path, args });
    return new BrowserPage(browser, await browser.newPage(options));
  }

  /** What who cannot see or use a mouse would stumble over, in both colour schemes. */
  async hindrances(): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.evaluate(axe.source);
      const { violations } = await this.page.evaluate("axe.run()") as AxeResults;
      found.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map((node) => node.html)}`));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

function isThere(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
