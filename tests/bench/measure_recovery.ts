import { delay } from "./child.ts";
import { backendOn, type DaemonProcess, startDaemonProcess, type Variant } from "./daemon_process.ts";
import { isUp, untilBackend } from "./daemon_status.ts";
import { FixtureServer } from "./fixture_server.ts";
import { HttpConnection } from "./http_connection.ts";
import { ollamaStream } from "./model_requests.ts";
import { summarize, type Summary } from "./statistics.ts";

/**
 * Milliseconds from the restart of a killed backend until a request goes there again, with the default configuration and
 * no other request that would hurry the checks; one backend for each of `awayMs`, all at the same time.
 */
export async function measureRecovery(variant: Variant, { awayMs }: { awayMs: readonly number[] }): Promise<Summary> {
  using stack = new DisposableStack();
  const servers = awayMs.map((ms, index) => ({ id: `local${index}`, ms, server: stack.use(new FixtureServer()) }));
  const backends = servers.map(({ id, server }) => backendOn(server.port, "local", id));
  await using daemon = await startDaemonProcess(variant, { backends });
  return summarize(await Promise.all(servers.map((one) => recoveryMs(daemon, one))));
}

async function recoveryMs(
  daemon: DaemonProcess,
  { id, ms, server }: { id: string; ms: number; server: FixtureServer },
): Promise<number> {
  using connection = await HttpConnection.open(daemon.port);
  const request = ollamaStream(8, { "x-broker-backend": id });
  await untilBackend(daemon, id, { isWanted: isUp, everyMs: 50 });
  server.stop();
  const refused = await connection.ask(request);
  if (refused.status === 200) throw new Error(`Cannot measure: ${id} answered after it was stopped`);
  await delay(ms);
  server.restart();
  const since = performance.now();
  await untilBackend(daemon, id, { isWanted: isUp, everyMs: 25 });
  const answer = await connection.ask(request);
  if (answer.status !== 200) throw new Error(`Cannot measure: ${id} is up again and answered ${answer.status}`);
  return answer.firstByteAt - since;
}
