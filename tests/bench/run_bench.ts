import type { BenchPlan } from "./bench_plan.ts";
import { startFixtureProcess } from "./child.ts";
import {
  backendOn,
  bundleVariant,
  floorVariant,
  sourceVariant,
  startDaemonProcess,
  type Variant,
} from "./daemon_process.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { type FailoverTimes, measureFailover } from "./measure_failover.ts";
import { type FirstByte, measureFirstBytes } from "./measure_first_byte.ts";
import { type IdleFigures, measureIdle } from "./measure_idle.ts";
import { measureRates, type Target } from "./measure_rate.ts";
import { measureRecovery } from "./measure_recovery.ts";
import { measureStarts, type StartTimes } from "./measure_start.ts";
import { measureStreams, type StreamTarget } from "./measure_streams.ts";
import { measureTray, type TrayFigures } from "./measure_tray.ts";
import { ollamaStream, openaiStream } from "./model_requests.ts";
import { startNginx } from "./nginx_process.ts";
import type { Summary } from "./statistics.ts";

/** Everything one run has measured. Keys are `direct`, `broker`, `nginx`; or `source`, `bundle`, `floor`. */
export interface BenchResult {
  plan: BenchPlan;
  machine: Machine;
  rates: Map<string, Summary>;
  firstBytes: Map<string, FirstByte>;
  /** Also `translated`: an OpenAI client of the broker, in front of the same Ollama backend. */
  streams: Map<string, Summary>;
  starts: Map<string, StartTimes>;
  failover: FailoverTimes;
  recovery: Summary;
  idle: Map<string, IdleFigures>;
  /** Empty where dbus-daemon is not installed. */
  tray: Map<string, TrayFigures>;
}

/** Measures everything in one run. `progress` is told what begins. */
export async function runBench(plan: BenchPlan, progress: (step: string) => void): Promise<BenchResult> {
  const folder = await Deno.makeTempDir({ prefix: "broker-bench-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const { port: backendPort } = cleanup.use(await startFixtureProcess());
  progress("bundling the daemon");
  const source = await sourceVariant();
  const variants = [source, await bundleVariant(folder), await floorVariant(folder)];
  progress("start to first answer");
  const starts = await measureStarts(variants, { ...plan.start, backendPort });
  const way = await measureWay(source, { plan, backendPort, progress });
  progress("failover from a refused local backend to the cloud");
  const failover = await measureFailover(source, { ...plan.failover, cloudPort: backendPort });
  progress("recovery of a killed backend");
  const recovery = await measureRecovery(source, plan.recovery);
  progress("memory and CPU at idle, and after a burst");
  const idle = await measureIdle(variants, { ...plan.idle, backendPort });
  progress("memory, CPU and wake-ups with the tray connected");
  const tray = await measureTray(variants.slice(0, 2), { ...plan.idle, backendPort });
  return { plan, machine: await describeMachine(), ...way, starts, failover, recovery, idle, tray };
}

/** What the way through the broker costs, beside the direct way and nginx. */
async function measureWay(
  variant: Variant,
  { plan, backendPort, progress }: { plan: BenchPlan; backendPort: number; progress: (step: string) => void },
): Promise<Pick<BenchResult, "rates" | "firstBytes" | "streams">> {
  await using broker = await startDaemonProcess(variant, { backends: [backendOn(backendPort, "local")] });
  await using nginx = await startNginx(backendPort);
  const targets: Target[] = [{ name: "direct", port: backendPort }, { name: "broker", port: broker.port }];
  if (nginx) targets.push({ name: "nginx", port: nginx.port });
  progress(`requests a second: ${targets.map(({ name }) => name).join(", ")}`);
  const rates = await measureRates(targets, plan.rate);
  progress("time to first byte");
  const firstBytes = await measureFirstBytes(targets, plan.firstByte);
  progress("streamed tokens a second");
  const streams = await measureStreams(streamTargets(targets, broker.port), plan.streams);
  return { rates, firstBytes, streams };
}

function streamTargets(targets: readonly Target[], brokerPort: number): StreamTarget[] {
  const passedThrough = targets.map((target) => ({ ...target, request: ollamaStream, terminal: '"done":true' }));
  return [...passedThrough, { name: "translated", port: brokerPort, request: openaiStream, terminal: "[DONE]" }];
}
