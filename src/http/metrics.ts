import { routability } from "../state/routability.ts";
import type { AppState } from "../state/app_state.ts";
import type { RequestRecord } from "../broker/request_record.ts";

const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface Histogram {
  counts: number[];
  sum: number;
  count: number;
}

type Labels = Record<string, string>;

/** Counts what happened, and writes it in Prometheus' text format (version 0.0.4). */
export class Metrics {
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #firstByte = new Map<string, Histogram>();

  /** Takes up one finished request. */
  record(record: RequestRecord): void {
    const { dialect, operation, outcome, attempts, backend = "none", usage } = record;
    this.#add("requests_total", { dialect, operation, backend, outcome });
    for (const attempt of attempts) {
      // Nobody was asked.
      if (attempt.reason === "taken_away") continue;
      const result = attempt.outcome === "committed" ? "ok" : attempt.reason ?? attempt.outcome;
      this.#add("attempts_total", { backend: attempt.backend, result });
    }
    this.#addFailovers(record);
    if (record.firstByteMs !== undefined) this.#observe(backend, record.firstByteMs / 1000);
    if (usage.inputTokens) this.#add("tokens_total", { backend, direction: "input" }, usage.inputTokens);
    if (usage.outputTokens) this.#add("tokens_total", { backend, direction: "output" }, usage.outputTokens);
  }

  /** The whole exposition. `now` is of the monotonic clock. */
  render(state: AppState, facts: { now: number; uptimeMs: number; version: string }): string {
    const lines = [
      ...this.#renderCounter("requests_total", "Model requests by dialect, operation, answering backend and outcome"),
      ...this.#renderCounter("attempts_total", "Attempts at backends by result"),
      ...this.#renderCounter(
        "failovers_total",
        "Answers that another backend than the first gave, by the first reason",
      ),
      ...this.#renderCounter("tokens_total", "Tokens as counted by the backends"),
      ...this.#renderFirstByte(),
      ...gauges(state, facts),
    ];
    return lines.join("\n") + "\n";
  }

  #addFailovers({ attempts, backend }: RequestRecord): void {
    const failed = attempts.find((attempt) => attempt.outcome === "failed");
    if (!failed || backend === undefined || failed.backend === backend) return;
    this.#add("failovers_total", { from: failed.backend, to: backend, reason: failed.reason ?? "unknown" });
  }

  #add(name: string, labels: Labels, amount = 1): void {
    const series = this.#counters.get(name) ?? new Map<string, number>();
    this.#counters.set(name, series);
    const key = rendered(labels);
    series.set(key, (series.get(key) ?? 0) + amount);
  }

  #observe(backend: string, seconds: number): void {
    const histogram = this.#firstByte.get(backend) ?? { counts: bucketsSeconds.map(() => 0), sum: 0, count: 0 };
    this.#firstByte.set(backend, histogram);
    for (const [i, limit] of bucketsSeconds.entries()) if (seconds <= limit) histogram.counts[i]++;
    histogram.sum += seconds;
    histogram.count++;
  }

  #renderCounter(name: string, help: string): string[] {
    const series = [...this.#counters.get(name) ?? []];
    return [
      ...header(name, help, "counter"),
      ...series.map(([labels, value]) => `${prefixed(name)}${labels} ${value}`),
    ];
  }

  #renderFirstByte(): string[] {
    const name = "first_byte_seconds";
    const lines = header(name, "Time from the request to the first byte of its answer", "histogram");
    for (const [backend, { counts, sum, count }] of this.#firstByte) {
      for (const [i, limit] of bucketsSeconds.entries()) {
        lines.push(`${prefixed(name)}_bucket${rendered({ backend, le: String(limit) })} ${counts[i]}`);
      }
      lines.push(`${prefixed(name)}_bucket${rendered({ backend, le: "+Inf" })} ${count}`);
      lines.push(`${prefixed(name)}_sum${rendered({ backend })} ${sum}`);
      lines.push(`${prefixed(name)}_count${rendered({ backend })} ${count}`);
    }
    return lines;
  }
}

function gauges(state: AppState, facts: { now: number; uptimeMs: number; version: string }): string[] {
  const perBackend = (name: string, help: string, value: (backend: AppState["backends"][number]) => number) => [
    ...header(name, help, "gauge"),
    ...state.backends.map((backend) => {
      const { id, location } = backend.config;
      return `${prefixed(name)}${rendered({ backend: id, location })} ${value(backend)}`;
    }),
  ];
  return [
    ...header("in_flight", "Model requests being answered now", "gauge"),
    `${prefixed("in_flight")} ${state.inFlight}`,
    ...perBackend("backend_in_flight", "Requests that a backend is answering now", (backend) => backend.inFlight),
    ...perBackend(
      "backend_routable",
      "Whether a backend can be used now",
      (backend) => routability(backend, { mode: state.mode, now: facts.now }).routable ? 1 : 0,
    ),
    ...perBackend("backend_latency_seconds", "Of the last health check", ({ latencyMs }) => (latencyMs ?? 0) / 1000),
    ...cloudUseGauges(state.cloudUse),
    ...header("uptime_seconds", "Since the daemon started", "gauge"),
    `${prefixed("uptime_seconds")} ${facts.uptimeMs / 1000}`,
    ...header("build_info", "Always 1", "gauge"),
    `${prefixed("build_info")}${rendered({ version: facts.version })} 1`,
  ];
}

function cloudUseGauges({ tokens, cap, isReached }: AppState["cloudUse"]): string[] {
  const gauge = (name: string, help: string, value: number) => [
    ...header(name, help, "gauge"),
    `${prefixed(name)} ${value}`,
  ];
  return [
    ...gauge("cloud_tokens_month", "Tokens that clouds have used in this calendar month, estimates included", tokens),
    ...(cap === null ? [] : gauge("cloud_tokens_cap", "The month's cap (limits.monthlyCloudTokens)", cap)),
    ...gauge("cloud_cap_reached", "Whether the month's cap is reached", isReached ? 1 : 0),
  ];
}

function header(name: string, help: string, type: string): string[] {
  return [`# HELP ${prefixed(name)} ${help}`, `# TYPE ${prefixed(name)} ${type}`];
}

function prefixed(name: string): string {
  return `cloudtolocalllm_${name}`;
}

function rendered(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${name}="${escaped}"`;
  });
  return `{${pairs.join(",")}}`;
}
