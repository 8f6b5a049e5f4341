import { RawClient } from "./raw_client.ts";

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

export interface RawRequest {
  method?: string;
  /** As lines, for some may come twice; `Host` is that of the address unless one is given. */
  headers?: readonly string[];
  body?: string;
}

/**
 * One request with the very bytes that are wanted, on a connection of its own: `fetch` would mend its path and send no
 * headers of a browser.
 */
export async function rawRequest(base: string, path: string, request: RawRequest = {}): Promise<RawAnswer> {
  const { method = "GET", headers = [], body = "" } = request;
  const { host, hostname, port } = new URL(base);
  using client = await RawClient.open(Number(port), hostname);
  const hasHost = headers.some((line) => /^host:/i.test(line));
  const lines = [...hasHost ? [] : [`host: ${host}`], ...headers, "connection: close"];
  if (body !== "" || method !== "GET") lines.push(`content-length: ${new TextEncoder().encode(body).length}`);
  await client.write(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  return answerOf(await client.readToEnd(), client.body);
}

function answerOf(text: string, body: string): RawAnswer {
  const [first, ...lines] = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  return { status: Number(first.split(" ")[1]), headers, body };
}
