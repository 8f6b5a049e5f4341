import { delay } from "./child.ts";
import { backendOn, type DaemonProcess, startDaemonProcess, type Variant } from "./daemon_process.ts";
import { freePort } from "./free_port.ts";
import { sendChats } from "./measure_rate.ts";
import { readCpuMs } from "./process_cpu.ts";
import { type ProcessMemory, readProcessMemory } from "./process_memory.ts";
import { summarize, type Summary } from "./statistics.ts";

export type MemorySummary = Record<keyof ProcessMemory, Summary>;

export interface IdleFigures {
  afterStart: MemorySummary;
  afterSettling: MemorySummary;
  afterRequests: MemorySummary;
  afterCooling: MemorySummary;
  /** Per cent of one core, with one backend up and one down. */
  cpuPercent: Summary;
}

interface IdlePlan {
  lives: number;
  settleMs: number;
  cpuMs: number;
  requests: number;
  coolMs: number;
}

/** One daemon from its start to some time after a burst of requests. */
interface Life {
  afterStart: ProcessMemory;
  afterSettling: ProcessMemory;
  afterRequests: ProcessMemory;
  afterCooling: ProcessMemory;
  cpuPercent: number;
}

/** "After start" is so long after the first answer: the first health checks are over. */
const startedMs = 1_000;

/** Memory and CPU of daemons that nobody uses, then after a burst. One daemon of each variant lives at a time. */
export async function measureIdle(
  variants: readonly Variant[],
  plan: IdlePlan & { backendPort: number },
): Promise<Map<string, IdleFigures>> {
  const lives = new Map(variants.map(({ name }): [string, Life[]] => [name, []]));
  for (let count = 0; count < plan.lives; count++) {
    // One burst at a time.
    let turn = Promise.resolve();
    const inTurn = (burst: () => Promise<void>) => turn = turn.then(burst);
    const one = async (variant: Variant) => lives.get(variant.name)!.push(await live(variant, { ...plan, inTurn }));
    await Promise.all(variants.map(one));
  }
  return new Map([...lives].map(([name, figures]) => [name, summarizeLives(figures)]));
}

async function live(
  variant: Variant,
  plan: IdlePlan & { backendPort: number; inTurn: (burst: () => Promise<void>) => Promise<void> },
): Promise<Life> {
  const down = { ...backendOn(freePort(), "cloud"), priority: 2 };
  await using daemon = await startDaemonProcess(variant, { backends: [backendOn(plan.backendPort, "local"), down] });
  await delay(startedMs);
  const afterStart = await readProcessMemory(daemon.pid);
  await delay(plan.settleMs - startedMs);
  const afterSettling = await readProcessMemory(daemon.pid);
  const cpuPercent = await cpuPercentOver(daemon, plan.cpuMs);
  await plan.inTurn(() => sendChats(daemon.port, { connections: 16, total: plan.requests }));
  const afterRequests = await readProcessMemory(daemon.pid);
  await delay(plan.coolMs);
  const afterCooling = await readProcessMemory(daemon.pid);
  return { afterStart, afterSettling, afterRequests, afterCooling, cpuPercent };
}

async function cpuPercentOver({ pid }: DaemonProcess, ms: number): Promise<number> {
  const [since, before] = [performance.now(), await readCpuMs(pid)];
  await delay(ms);
  const after = await readCpuMs(pid);
  return (after - before) / (performance.now() - since) * 100;
}

function summarizeLives(lives: readonly Life[]): IdleFigures {
  const memory = (at: keyof Omit<Life, "cpuPercent">) => summarizeMemory(lives.map((life) => life[at]));
  return {
    afterStart: memory("afterStart"),
    afterSettling: memory("afterSettling"),
    afterRequests: memory("afterRequests"),
    afterCooling: memory("afterCooling"),
    cpuPercent: summarize(lives.map(({ cpuPercent }) => cpuPercent)),
  };
}

export function summarizeMemory(figures: readonly ProcessMemory[]): MemorySummary {
  const of = (key: keyof ProcessMemory) => summarize(figures.map((memory) => memory[key]));
  return {
    residentKb: of("residentKb"),
    proportionalKb: of("proportionalKb"),
    privateDirtyKb: of("privateDirtyKb"),
    privateKb: of("privateKb"),
  };
}
