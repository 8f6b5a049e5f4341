import { readSmallTextFile } from "../config/small_file.ts";
import type { Clock } from "../core/clock.ts";
import { within } from "../core/within.ts";

/** What `~/.cloudtolocalllm/tray_port` leads to: the port by which the desktop app finds its daemon. */
export type PortFileSight =
  | { kind: "none" }
  | { kind: "ours" | "predecessor"; file: string; port: number }
  /** Nobody answers there as the app's protocol wants it. */
  | { kind: "stale"; file: string };

/** How long a program on this machine may take for a short answer, in ms. */
const answerMs = 1_000;
const id = "cloudtolocalllm-doctor";

/** Reads the file and says PING there. Never rejects. */
export async function seePortFile(home: string | undefined, { clock }: { clock: Clock }): Promise<PortFileSight> {
  if (!home?.startsWith("/")) return { kind: "none" };
  const file = `${home}/.cloudtolocalllm/tray_port`;
  let text: string;
  try {
    text = await readSmallTextFile(file);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? { kind: "none" } : { kind: "stale", file };
  }
  const port = Number(/^\s*(\d{1,5})\s*$/.exec(text)?.[1] ?? 0);
  if (port < 1 || port > 65_535) return { kind: "stale", file };
  const speaker = await whoAnswers(port, clock);
  return speaker === undefined ? { kind: "stale", file } : { kind: speaker, file, port };
}

/** Our own app link gives back the id of a request; the predecessor knows no ids. */
async function whoAnswers(port: number, clock: Clock): Promise<"ours" | "predecessor" | undefined> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(`${JSON.stringify({ command: "PING", id })}\n`));
    const late = () => new Error("No answer in time");
    const answer = JSON.parse(await within(answerMs, firstLine(connection), { clock, late }));
    if (answer?.status !== "pong") return undefined;
    return answer.id === id ? "ours" : "predecessor";
  } catch {
    return undefined;
  }
}

async function firstLine(connection: Deno.TcpConn): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(1_024);
  while (!text.includes("\n") && text.length < 4_096) {
    const count = await connection.read(bytes);
    if (count === null) break;
    text += decoder.decode(bytes.subarray(0, count), { stream: true });
  }
  return text.split("\n")[0];
}
