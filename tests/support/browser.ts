import axe, { type AxeResults } from "axe-core";
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

/** A test in a real browser: where there is none it fails in CI, and is skipped elsewhere, saying so. */
export function browserTest(name: string, fn: () => Promise<void>): void {
  const isMissing = !isThere(executablePath) && Deno.env.get("CI") === undefined;
  Deno.test({ name: isMissing ? `${name} (not installed: chromium)` : name, fn, ignore: isMissing });
}

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

  /** `names`: host names that are to be this machine. */
  static async start({ names = [] }: { names?: readonly string[] } = {}): Promise<TestBrowser> {
    const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(",");
    const all = rules === "" ? args : [...args, `--host-resolver-rules=${rules}`];
    return new TestBrowser(await chromium.launch({ executablePath, args: all }));
  }

  /** A window with cookies of its own. */
  async window(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
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

/** What who cannot see, or uses no mouse, would stumble over in the page, in both colour schemes, as axe-core finds it. */
export async function hindrances(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // Not as a script element: the page's Content-Security-Policy lets none of ours in.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate("axe.run()") as AxeResults;
    found.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map((node) => node.html)}`));
  }
  return found;
}

/** By how many pixels the page is wider than its window, which makes people scroll sideways. */
export async function overhang(page: Page): Promise<number> {
  return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
