import { HttpConnection } from "./http_connection.ts";
import { interleave } from "./interleave.ts";
import type { Target } from "./measure_rate.ts";
import { ollamaStream } from "./model_requests.ts";
import { percentile } from "./statistics.ts";

/** Milliseconds. */
export interface Percentiles {
  p50: number;
  p99: number;
}

export interface FirstByte {
  /** From the request to the first byte of the stream. */
  whole: Percentiles;
  /** What of it the way through the target adds to the direct way, sample by sample; absent for the direct one. */
  added?: Percentiles;
}

const shortStream = ollamaStream(8);

/** Time to first byte, one stream at a time, the targets in turn; the first of them is the direct way. */
export async function measureFirstBytes(
  targets: readonly Target[],
  plan: { samples: number; warmUp: number },
): Promise<Map<string, FirstByte>> {
  await using cleanup = new AsyncDisposableStack();
  const connected = await Promise.all(targets.map(async ({ name, port }) => ({
    name,
    connection: cleanup.use(await HttpConnection.open(port)),
  })));
  const sample = ({ connection }: { connection: HttpConnection }) => firstByteMs(connection, shortStream);
  await interleave(plan.warmUp, connected, sample);
  const values = await interleave(plan.samples, connected, sample);
  const direct = values.get(targets[0].name)!;
  return new Map([...values].map(([name, times]): [string, FirstByte] => {
    const added = times.map((ms, index) => ms - direct[index]);
    return [name, { whole: percentiles(times), added: times === direct ? undefined : percentiles(added) }];
  }));
}

export function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 50), p99: percentile(values, 99) };
}

/** From sending a streamed request to its first byte; throws unless the answer is whole. */
export async function firstByteMs(connection: HttpConnection, request: Uint8Array): Promise<number> {
  const since = performance.now();
  const answer = await connection.ask(request);
  if (answer.status !== 200 || !answer.tail.includes('"done":true')) {
    throw new Error(
      `Cannot measure: status ${answer.status}, answer ends in ${JSON.stringify(answer.tail.slice(-120))}`,
    );
  }
  return answer.firstByteAt - since;
}
