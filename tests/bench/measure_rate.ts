import { HttpConnection } from "./http_connection.ts";
import { interleave } from "./interleave.ts";
import { wholeChat } from "./model_requests.ts";
import { summarize, type Summary } from "./statistics.ts";

/** Where requests are sent: the backend itself, or what stands in front of it. */
export interface Target {
  name: string;
  port: number;
}

/** Small whole chats a second, on keep-alive connections that are busy all the time. */
export async function measureRates(
  targets: readonly Target[],
  plan: { rounds: number; ms: number; connections: number },
): Promise<Map<string, Summary>> {
  for (const { port } of targets) await chatFor(port, plan);
  const values = await interleave(plan.rounds, targets, ({ port }) => chatFor(port, plan));
  return new Map([...values].map(([name, rates]) => [name, summarize(rates)]));
}

/** Chats until `ms` have passed; gives requests a second. */
async function chatFor(port: number, { ms, connections }: { ms: number; connections: number }): Promise<number> {
  const since = performance.now();
  const count = await chat(port, { connections, isOver: () => performance.now() - since >= ms });
  return count / (performance.now() - since) * 1_000;
}

/** Sends `total` small chats and waits for their answers. */
export async function sendChats(port: number, options: { connections: number; total: number }): Promise<void> {
  let begun = 0;
  await chat(port, { connections: options.connections, isOver: () => begun++ >= options.total });
}

async function chat(
  port: number,
  { connections, isOver }: { connections: number; isOver: () => boolean },
): Promise<number> {
  const counts = await Promise.all(Array.from({ length: connections }, async () => {
    using connection = await HttpConnection.open(port);
    let count = 0;
    for (; !isOver(); count++) {
      const { status } = await connection.ask(wholeChat);
      if (status !== 200) throw new Error(`Cannot measure: a chat was answered with status ${status}`);
    }
    return count;
  }));
  return counts.reduce((sum, count) => sum + count);
}
