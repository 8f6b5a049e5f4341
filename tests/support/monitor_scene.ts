import { assertEquals } from "@std/assert";
import { FakeClock } from "./fake_clock.ts";
import type { BackendInput } from "./broker_fixture.ts";
import { configOf } from "./states.ts";
import { StubBackend, stubFailure } from "./stub_backend.ts";
import type { RouteMode } from "../../src/core/types.ts";
import type { FailureReason } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import type { ProbeResult } from "../../src/broker/backend.ts";
import { Monitor } from "../../src/health/monitor.ts";
import type { AppState } from "../../src/state/app_state.ts";
import { withConfig } from "../../src/state/changes.ts";
import { initialState } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";

export const localInput = { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" } as const;
export const healthy: ProbeResult = {
  latencyMs: 3,
  version: "0.30.0",
  models: [{ name: "llama3.2" }],
  warm: ["llama3.2"],
};

/** A monitor over stub backends; no jitter. Their probes are answered by `answer`, or by the test where that is null. */
export class MonitorScene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly store = new Store<AppState>(initialState("local-first"));
  readonly warnings: string[] = [];
  readonly monitor: Monitor;
  config = configOf();
  stubs = new Map<string, StubBackend>();
  answer: FailureReason | "pass" | null = "pass";
  mode: RouteMode = "local-first";

  constructor(...backends: BackendInput[]) {
    const { clock, store } = this;
    const log = { ...silentLog, warn: (message: string) => this.warnings.push(message) };
    const options = { clock, store, log, random: () => 0.5 };
    this.monitor = new Monitor({ ...options, config: () => this.config, backends: (id) => this.stubs.get(id) });
    this.configure(...backends);
  }

  configure(...backends: BackendInput[]): void {
    this.config = configOf({ backends, route: { mode: this.mode } });
    const old = this.stubs;
    this.stubs = new Map(this.config.backends.map((config) => {
      const same = old.get(config.id);
      return [config.id, same && JSON.stringify(same.config) === JSON.stringify(config) ? same : this.#stub(config)];
    }));
    this.store.update((state) => withConfig(state, this.config));
    this.monitor.refresh();
  }

  #stub(config: StubBackend["config"]): StubBackend {
    return new StubBackend(config, {
      probe: (asked) => {
        if (this.answer === "pass") asked.resolve(healthy);
        else if (this.answer) asked.reject(stubFailure(config.id, this.answer));
      },
    });
  }

  state(id = "local") {
    return this.store.state.backends.find(({ config }) => config.id === id)!;
  }

  probes(id = "local"): number {
    return this.stubs.get(id)!.probes.length;
  }

  fail(reason: FailureReason, id = "local"): void {
    const at = this.clock.monotonic();
    this.monitor.observe(id, { kind: "request_failed", at, model: "llama3.2", phase: "connect", reason });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.monitor.close();
    assertEquals(this.clock.pending, 0, "a timer was left behind");
  }
}
