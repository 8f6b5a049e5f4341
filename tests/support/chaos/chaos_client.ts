import { assertEquals } from "@std/assert";
import { messageOf } from "../../../src/core/errors.ts";
import type { ChaosRequest, Said } from "./chaos_request.ts";
import { readAnswer } from "./read_answer.ts";

/** How a request ended; `wrong` is what must never be. */
export type Ending = "complete" | "refused" | "broken" | "left" | "wrong";

/** What became of one request, for its story. */
export interface Result {
  request: ChaosRequest;
  ending: Ending;
  /** Why it is wrong. */
  problem?: string;
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** No request may take longer, in ms. */
const endWithinMs = 20_000;
/** What a client is told when no backend answers; anything else would be a mistake of the broker. */
const refusals = new Set([429, 502, 503, 504]);

/** Sends one request, leaves when it is to, and judges what came. Never throws. */
export async function send(url: string, request: ChaosRequest): Promise<Result> {
  const { leaving } = request;
  const abort = new AbortController();
  const result: Result = { request, ending: "wrong", body: "" };
  let isLate = false;
  const leave = () => abort.abort();
  const late = setTimeout(() => (isLate = true, leave()), endWithinMs);
  const leaves = leaving && "afterMs" in leaving ? setTimeout(leave, leaving.afterMs) : undefined;
  try {
    const response = await fetch(url + request.path, {
      method: "POST",
      body: JSON.stringify(request.body),
      signal: abort.signal,
    });
    result.status = response.status;
    result.headers = Object.fromEntries(response.headers);
    const chunks = leaving && "afterChunks" in leaving ? leaving.afterChunks : Infinity;
    if (await readBody(response, result, chunks) === "left") return { ...result, ending: "left" };
    return { ...result, ...judge(result) };
  } catch (error) {
    if (abort.signal.aborted && !isLate) return { ...result, ending: "left" };
    const problem = isLate ? `No end within ${endWithinMs} ms` : messageOf(error);
    return { ...result, ending: "wrong", problem };
  } finally {
    clearTimeout(late);
    clearTimeout(leaves);
  }
}

async function readBody(response: Response, result: Result, chunks: number): Promise<"left" | "read"> {
  const decoder = new TextDecoder();
  let seen = 0;
  for await (const chunk of response.body ?? []) {
    result.body += decoder.decode(chunk, { stream: true });
    // Leaving the loop cancels the body, which closes the connection.
    if (++seen >= chunks) return "left";
  }
  result.body += decoder.decode();
  return "read";
}

function judge({ request, status, headers, body }: Result): { ending: Ending; problem?: string } {
  try {
    if (status !== 200) {
      checkRefusal(request, { status: status!, headers: headers!, body });
      return { ending: "refused" };
    }
    const reading = readAnswer(request, body);
    const expected = request.expected(headers!["x-broker-backend"]);
    if (reading.error !== undefined) {
      checkBeginning(reading, expected);
      return { ending: "broken" };
    }
    if (!reading.isComplete) throw new Error("The answer ends without its terminal marker and without an error");
    const { text, thinking, calls, vectors } = reading;
    assertEquals({ text, thinking, calls, vectors }, expected);
    return { ending: "complete" };
  } catch (error) {
    return { ending: "wrong", problem: messageOf(error) };
  }
}

function checkRefusal(
  { dialect }: ChaosRequest,
  { status, headers, body }: { status: number; headers: Record<string, string>; body: string },
): void {
  if (!refusals.has(status)) throw new Error(`Status ${status} is not one that a client should see`);
  const { error } = JSON.parse(body);
  const words = dialect === "ollama" ? error : error.message;
  if (typeof words !== "string" || words === "") throw new Error("The error has no words in the client's dialect");
  if (!headers["content-type"]?.startsWith("application/json")) throw new Error("The error is not told as JSON");
}

/** Before a break the client has the beginning of what the server would have said, and nothing else. */
function checkBeginning(said: Said, expected: Said): void {
  for (const part of ["text", "thinking"] as const) {
    if (!expected[part].startsWith(said[part])) throw new Error(`The beginning is wrong in ${part}: ${said[part]}`);
  }
}
