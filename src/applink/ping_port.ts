import type { Clock } from "../core/clock.ts";
import { within } from "../core/within.ts";

/** Patience with who may be there, in ms. */
const withinMs = 1_000;
const longestAnswer = 4_096;

/** Whether a daemon, ours or the predecessor's, answers PING on a port of this machine. Never rejects. */
export async function isDaemonAt(port: number, clock: Clock): Promise<boolean> {
  const late = () => new Error("It does not answer");
  const connecting = Deno.connect({ hostname: "127.0.0.1", port });
  try {
    const conn = await within(withinMs, connecting, { clock, late });
    const asking = ask(conn);
    asking.catch(() => {});
    return await within(withinMs, asking, { clock, late });
  } catch {
    return false;
  } finally {
    connecting.then((conn) => conn.close()).catch(() => {});
  }
}

async function ask(conn: Deno.Conn): Promise<boolean> {
  await conn.write(new TextEncoder().encode('{"command":"PING"}\n'));
  const bytes = new Uint8Array(longestAnswer);
  let length = 0;
  while (!bytes.subarray(0, length).includes(10) && length < bytes.length) {
    const read = await conn.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  const [line] = new TextDecoder().decode(bytes.subarray(0, length)).split("\n");
  return JSON.parse(line)?.status === "pong";
}
