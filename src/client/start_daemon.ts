import { wordsOf } from "./words_of.ts";
import { SessionBus } from "./session_bus.ts";
import type { System } from "./link_parts.ts";
import { orAborted, pause } from "./timers.ts";
import type { Timers } from "./link_parts.ts";

export interface StartOptions {
  system: System;
  /** `true`: as a desktop does. */
  start: true | readonly string[];
  timers: Timers;
  /** How long what was started may take to be ready. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** A daemon on its way. */
export interface Starting {
  /** Why it will not come, as the end of a sentence; `undefined` as long as it may. */
  failure: string | undefined;
}

const program = "cloudtolocalllm";

/** The first ends when the daemon runs; a program without it has the second, which is the daemon itself. */
const ownCommands = [[program, "start"], [program, "run", "--unless-running"]] as const;

/** Starts a daemon that outlives us. Whether it is ready is for {@linkcode findDaemon} to see. */
export async function startDaemon(options: StartOptions): Promise<Starting> {
  const { system, start, timeoutMs } = options;
  if (start !== true) return await startBy(start, options);
  if (await new SessionBus(system).start(timeoutMs)) return { failure: undefined };
  const [first, second] = ownCommands;
  const starting = await startBy(first, options);
  await ended(starting, options);
  return starting.failure === undefined ? starting : await startBy(second, options);
}

interface StartedBy extends Starting {
  /** When its command has ended; at once where there is none. */
  ended: Promise<unknown>;
}

async function startBy(command: readonly string[], { system }: StartOptions): Promise<StartedBy> {
  const words = command.join(" ");
  const none = { ended: Promise.resolve() };
  if (command.length === 0) return { ...none, failure: "the command that should start it is empty" };
  try {
    const started = await system.startDetached(command);
    if (!started) return { ...none, failure: `there is no program ${command[0]}` };
    const starting: StartedBy = { failure: undefined, ended: Promise.resolve() };
    starting.ended = started.ended.then((code) => {
      if (code !== 0) starting.failure = `"${words}" ended with ${code ?? "a signal"}; run it in a terminal to see why`;
    });
    return starting;
  } catch (error) {
    return { ...none, failure: `"${words}" cannot be run: ${wordsOf(error)}` };
  }
}

/** Waits for the command's end, but no longer than the daemon may take. */
async function ended(starting: StartedBy, { timers, timeoutMs, signal }: StartOptions): Promise<void> {
  const over = new AbortController();
  const limit = AbortSignal.any([signal, over.signal]);
  await Promise.race([
    orAborted(starting.ended, signal),
    pause(timeoutMs, { timers, signal: limit }).catch(() => signal.throwIfAborted()),
  ]).finally(() => over.abort());
}
