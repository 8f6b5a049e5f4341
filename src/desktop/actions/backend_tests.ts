import { messageOf } from "../../core/errors.ts";
import type { Bus } from "../../dbus/types.ts";
import type { ConnectionTest } from "../../state/connection_report.ts";
import type { DesktopContext } from "../context.ts";
import type { Told } from "../notifications/tell.ts";
import { type TestedBackend, testResultWords } from "../notifications/test_result_words.ts";

export interface BackendTestsOptions {
  context: DesktopContext;
  /** The session's bus, as long as there is one. */
  link: { readonly bus: Bus | undefined };
  /** Ends the tests that run. */
  signal?: AbortSignal;
}

/**
 * Tests backends at the user's wish and says how it went, well or not: in the log and, where notifications are wanted at
 * all, by one that takes the place of the last about the same backends. Muting does not count, for it was asked for.
 */
export class BackendTests {
  readonly #options: BackendTestsOptions;
  /** By id; "" for several together. */
  readonly #shown = new Map<string, Told>();

  constructor(options: BackendTestsOptions) {
    this.#options = options;
  }

  /** Rejects where there are no such backends, or when a test could not be made. */
  async run(ids: readonly string[]): Promise<void> {
    const { context, signal = new AbortController().signal } = this.#options;
    const results = await Promise.all(ids.map((id) => context.commands.testBackend(id, signal)));
    const tests = results.filter((result) => result !== undefined);
    if (tests.length === 0) throw new Error(`No backend is called "${ids.join(", ").slice(0, 64)}"`);
    for (const test of tests) this.#log(test);
    await this.#tell(tests);
  }

  #log({ backend, steps }: ConnectionTest): void {
    const { log } = this.#options.context;
    const failed = steps.find(({ ok }) => !ok);
    if (!failed) return log.info("The connection test passed", { backend });
    const { name: step, detail, advice } = failed;
    log.warn("The connection test failed", { backend, step, detail, advice });
  }

  async #tell(tests: readonly ConnectionTest[]): Promise<void> {
    const { context: { config, status, log }, link: { bus } } = this.#options;
    if (!bus || !config().desktop.notifications) return;
    const report = status();
    const tested = tests.flatMap((test): TestedBackend[] => {
      const backend = report.backends.find(({ id }) => id === test.backend);
      return backend ? [{ backend, test }] : [];
    });
    if (tested.length === 0) return;
    const subject = tested.length === 1 ? tested[0].backend.id : "";
    try {
      const { tell } = await import("../notifications/tell.ts");
      const told = await tell(bus, { ...testResultWords(tested, report), replaces: this.#shown.get(subject) });
      this.#shown.set(subject, told);
    } catch (error) {
      log.debug("Cannot tell it by a notification", { error: messageOf(error) });
    }
  }
}
