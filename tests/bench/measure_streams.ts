import { HttpConnection } from "./http_connection.ts";
import { interleave } from "./interleave.ts";
import { summarize, type Summary } from "./statistics.ts";

export interface StreamTarget {
  name: string;
  port: number;
  /** A streamed request, for this many tokens. */
  request: (tokens: number) => Uint8Array;
  /** What a complete answer of its dialect has at its end. */
  terminal: string;
}

interface StreamPlan {
  rounds: number;
  streams: number;
  tokens: number;
}

/** Tokens a second over all streams, at full speed: the backend writes each token as soon as the last one is gone. */
export async function measureStreams(
  targets: readonly StreamTarget[],
  plan: StreamPlan,
): Promise<Map<string, Summary>> {
  for (const target of targets) await tokensPerSecond(target, plan);
  const values = await interleave(plan.rounds, targets, (target) => tokensPerSecond(target, plan));
  return new Map([...values].map(([name, rates]) => [name, summarize(rates)]));
}

async function tokensPerSecond(target: StreamTarget, { streams, tokens }: StreamPlan): Promise<number> {
  const request = target.request(tokens);
  using stack = new DisposableStack();
  const connections = await Promise.all(
    Array.from({ length: streams }, async () => stack.use(await HttpConnection.open(target.port))),
  );
  const since = performance.now();
  const answers = await Promise.all(connections.map((connection) => connection.ask(request)));
  for (const { status, tail } of answers) {
    if (status === 200 && tail.includes(target.terminal)) continue;
    throw new Error(`Cannot measure ${target.name}: status ${status}, a stream ends in ${JSON.stringify(tail)}`);
  }
  return streams * tokens / (Math.max(...answers.map(({ endedAt }) => endedAt)) - since) * 1_000;
}
