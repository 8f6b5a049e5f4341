import { LinkedAbort } from "../../core/abort.ts";
import type { Clock } from "../../core/clock.ts";
import type { Bus } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";

const portal = "org.freedesktop.portal.Desktop";
const desktopPath = "/org/freedesktop/portal/desktop";
const requestInterface = "org.freedesktop.portal.Request";

/** Patience with the portal's start, in ms. */
const callMs = 10_000;
/** Patience with the person whom it may ask for a program, in ms. */
const answerMs = 120_000;

export interface PortalOptions {
  clock: Clock;
  activationToken?: string;
}

/**
 * Asks the desktop's portal to open a web address (org.freedesktop.portal.OpenURI). Resolves when it did, or when the
 * person whom it asked said no. Rejects when there is no portal, or when it fails or gives no answer.
 */
export async function openByPortal(bus: Bus, uri: string, options: PortalOptions): Promise<void> {
  const token = `cloudtolocalllm_${crypto.randomUUID().replaceAll("-", "")}`;
  using answer = new Answer(bus, options.clock);
  // Watched before the call: the answer may come before that of the call ("Requests" in the portal's documentation).
  const expected = `${desktopPath}/request/${bus.uniqueName.slice(1).replaceAll(".", "_")}/${token}`;
  await answer.watch(expected);
  const request = await call(bus, uri, token, options);
  // A portal before 0.9 chooses the path itself.
  if (request !== expected) await answer.watch(request);
  const code = await answer.received;
  if (code > 1) throw new Error(`the portal answered ${code}`);
}

async function call(bus: Bus, uri: string, token: string, { activationToken }: PortalOptions): Promise<string> {
  const details = {
    handle_token: variant("s", token),
    ...(activationToken ? { activation_token: variant("s", activationToken) } : {}),
  };
  const [request] = await bus.call({
    destination: portal,
    path: desktopPath,
    interface: "org.freedesktop.portal.OpenURI",
    member: "OpenURI",
    signature: "ssa{sv}",
    // No window of ours is its parent.
    body: ["", uri, details],
  }, { timeoutMs: callMs, autoStart: true });
  return String(request);
}

/** The one Response of a request. */
class Answer implements Disposable {
  readonly #bus: Bus;
  readonly #limit: LinkedAbort;
  readonly #received = Promise.withResolvers<number>();
  readonly #unwatch: (() => void)[] = [];

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus;
    this.#received.promise.catch(() => {});
    this.#limit = new LinkedAbort(bus.closed);
    const { signal } = this.#limit;
    signal.addEventListener("abort", () => this.#received.reject(signal.reason), { once: true });
    this.#limit.abortAfter(answerMs, { clock, reason: () => new Error("the portal gave no answer") });
  }

  get received(): Promise<number> {
    return this.#received.promise;
  }

  async watch(path: string): Promise<void> {
    const rule = { sender: portal, path, interface: requestInterface, member: "Response" };
    this.#unwatch.push(await this.#bus.watch(rule, ({ body }) => this.#received.resolve(Number(body[0]))));
  }

  [Symbol.dispose](): void {
    this.#limit[Symbol.dispose]();
    for (const unwatch of this.#unwatch) unwatch();
  }
}
