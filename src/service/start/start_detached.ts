import { type Clock, sleep } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { SelfCommand } from "../../core/self_command.ts";

/** How the start went; `ended`: the process is gone again, with what it said. */
export type DetachedStart = { kind: "running" } | { kind: "ended"; code: number; said: string } | {
  kind: "late";
  said: string;
};

export interface DetachedStartOptions {
  command: SelfCommand;
  clock: Clock;
  /** Patience, in ms. */
  withinMs: number;
  /** Process id of a daemon that answers, `undefined` as long as none does; asked again and again. */
  readyPid: () => Promise<number | undefined>;
}

const askEveryMs = 50;
/** Time for a daemon to see that another runs, in ms. */
const makesWayMs = 2_000;
const saidCharacters = 4_000;

/**
 * Starts a process that outlives us and our terminal: in a session of its own, with nothing of ours open but the pipe
 * through which it says why it cannot start. Its log goes on to its own file.
 */
export async function startDetached(
  { command, clock, withinMs, readyPid }: DetachedStartOptions,
): Promise<DetachedStart> {
  const { program, args } = command;
  const options: Deno.CommandOptions = { args, stdin: "null", stdout: "null", stderr: "piped", detached: true };
  const child = new Deno.Command(program, options).spawn();
  const listening = listen(child.stderr);
  const late = Promise.withResolvers<"late">();
  const cancel = clock.after(withinMs, () => late.resolve("late"));
  try {
    const outcome = await Promise.race([child.status, ready(readyPid, clock, late.promise), late.promise]);
    if (typeof outcome === "number") {
      if (outcome !== child.pid) await untilItMakesWay(child, clock);
      return { kind: "running" };
    }
    if (outcome === "late") return { kind: "late", said: listening.said };
    await listening.ended;
    return { kind: "ended", code: outcome.code, said: listening.said };
  } finally {
    cancel();
    await listening.cancel();
    child.unref();
  }
}

/** Waits until one answers; what asks too early fails, and that is no news. */
async function ready(
  readyPid: DetachedStartOptions["readyPid"],
  clock: Clock,
  late: Promise<unknown>,
): Promise<number> {
  let isLate = false;
  void late.then(() => isLate = true);
  for (;;) {
    const pid = await readyPid().catch(() => undefined);
    if (pid !== undefined) return pid;
    if (isLate) return new Promise(() => {});
    await sleep(askEveryMs, { clock });
  }
}

/**
 * Another start was quicker, and ours ends; or a program between us and the daemon, such as an AppImage, stays. A daemon
 * that is still on its way would outlive a `stop` that comes right after.
 */
async function untilItMakesWay(child: Deno.ChildProcess, clock: Clock): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(makesWayMs, late.resolve);
  await Promise.race([child.status, late.promise]);
  cancel();
}

/** Keeps the last of what it says. */
function listen(stderr: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  const heard = {
    said: "",
    ended: Promise.resolve(),
    cancel: () => reader.cancel().catch(() => {}),
  };
  const readAll = async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      heard.said = (heard.said + read.value).slice(-saidCharacters);
    }
  };
  heard.ended = readAll().catch((error) => {
    heard.said ||= messageOf(error);
  });
  return heard;
}
