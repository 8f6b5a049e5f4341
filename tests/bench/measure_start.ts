import { backendOn, spawnDaemon, type Variant } from "./daemon_process.ts";
import { interleave } from "./interleave.ts";
import { wholeChat } from "./model_requests.ts";
import { summarize, type Summary } from "./statistics.ts";

/** Milliseconds from creating the process, each measured in processes of its own. */
export interface StartTimes {
  /** To the first 200 from `GET /`. */
  toFirstAnswer: Summary;
  /** To the first chat that the backend behind it has answered. */
  toFirstChat: Summary;
}

export async function measureStarts(
  variants: readonly Variant[],
  { rounds, backendPort }: { rounds: number; backendPort: number },
): Promise<Map<string, StartTimes>> {
  const start = (request?: Uint8Array) => async (variant: Variant) => {
    await using daemon = await spawnDaemon(variant, { backends: [backendOn(backendPort, "local")] });
    return await daemon.answered(request) - daemon.spawnedAt;
  };
  // The first run of a variant fills the runtime's caches.
  await interleave(1, variants, start());
  const answers = await interleave(rounds, variants, start());
  const chats = await interleave(rounds, variants, start(wholeChat));
  return new Map(variants.map(({ name }): [string, StartTimes] => [name, {
    toFirstAnswer: summarize(answers.get(name)!),
    toFirstChat: summarize(chats.get(name)!),
  }]));
}
