import { type BenchDesktop, startBenchDesktop } from "./bench_desktop.ts";
import { delay } from "./child.ts";
import { backendOn, startDaemonProcess, type Variant } from "./daemon_process.ts";
import { freePort } from "./free_port.ts";
import { type MemorySummary, summarizeMemory } from "./measure_idle.ts";
import { readCpuMs } from "./process_cpu.ts";
import { type ProcessMemory, readProcessMemory } from "./process_memory.ts";
import { readWakeUps, wakeUpsBetween } from "./process_wake_ups.ts";
import { summarize, type Summary } from "./statistics.ts";

/** A daemon that nobody uses, with its icon in a tray. */
export interface TrayFigures {
  memory: MemorySummary;
  /** Per cent of one core. */
  cpuPercent: Summary;
  /** A second, of all its threads: the health checks' timers and connections. */
  wakeUps: Summary;
  /** The same of a daemon that has no desktop. */
  wakeUpsAlone: Summary;
}

interface TrayPlan {
  lives: number;
  settleMs: number;
  cpuMs: number;
  backendPort: number;
}

interface Life {
  memory: ProcessMemory;
  cpuPercent: number;
  wakeUps: number;
}

/** What the tray costs each variant; empty where dbus-daemon is not installed. */
export async function measureTray(variants: readonly Variant[], plan: TrayPlan): Promise<Map<string, TrayFigures>> {
  await using desktop = await startBenchDesktop();
  if (!desktop) return new Map();
  let icons = 0;
  const figures = new Map<string, TrayFigures>();
  for (const variant of variants) {
    const [lives, alone]: Life[][] = [[], []];
    for (let count = 0; count < plan.lives; count++) {
      lives.push(await live(variant, plan, { desktop, icon: ++icons }));
      alone.push(await live(variant, plan));
    }
    figures.set(variant.name, {
      memory: summarizeMemory(lives.map(({ memory }) => memory)),
      cpuPercent: summarize(lives.map(({ cpuPercent }) => cpuPercent)),
      wakeUps: summarize(lives.map(({ wakeUps }) => wakeUps)),
      wakeUpsAlone: summarize(alone.map(({ wakeUps }) => wakeUps)),
    });
  }
  return figures;
}

async function live(
  variant: Variant,
  { settleMs, cpuMs, backendPort }: TrayPlan,
  tray?: { desktop: BenchDesktop; icon: number },
): Promise<Life> {
  const down = { ...backendOn(freePort(), "cloud"), priority: 2 };
  const config = { backends: [backendOn(backendPort, "local"), down] };
  await using daemon = await startDaemonProcess(variant, config, tray?.desktop.env);
  await tray?.desktop.shows(tray.icon);
  await delay(settleMs);
  const memory = await readProcessMemory(daemon.pid);
  const since = performance.now();
  const [cpuBefore, before] = [await readCpuMs(daemon.pid), await readWakeUps(daemon.pid)];
  await delay(cpuMs);
  const [cpuAfter, after] = [await readCpuMs(daemon.pid), await readWakeUps(daemon.pid)];
  const seconds = (performance.now() - since) / 1_000;
  return {
    memory,
    cpuPercent: (cpuAfter - cpuBefore) / seconds / 10,
    wakeUps: wakeUpsBetween(before, after) / seconds,
  };
}
