import { assertEquals } from "@std/assert";
import { type Fault, ModelServer, refusedPort } from "../../tests/support/model_server.ts";
import type { FailureReason } from "../core/errors.ts";
import { connectReason } from "./connect_reason.ts";

async function reasonOf(url: string): Promise<FailureReason | "answered"> {
  using client = Deno.createHttpClient({});
  try {
    const response = await fetch(url, { method: "POST", body: "{}", client });
    await response.body?.cancel();
    return "answered";
  } catch (error) {
    return connectReason(error);
  }
}

Deno.test("connectReason() names what fetch says of real sockets", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  assertEquals(await reasonOf(`http://127.0.0.1:${refusedPort()}/`), "connect_refused");
  assertEquals(await reasonOf(`http://[::1]:${refusedPort("::1")}/`), "connect_refused");
  assertEquals(await reasonOf("http://name.invalid/"), "dns");
  assertEquals(await reasonOf("http://127.0.0.1:6000/"), "unreachable");
  assertEquals(await reasonOf(`https://127.0.0.1:${server.port}/api/chat`), "tls");

  const table: [Fault, FailureReason][] = [
    [{ kind: "reset" }, "reset"],
    [{ kind: "close_on_accept" }, "reset"],
    [{ kind: "read_half_body_then_close" }, "reset"],
    [{ kind: "raw", bytes: "SSH-2.0-OpenSSH_9.6\r\n\r\n" }, "malformed"],
    [{ kind: "raw", bytes: "HTTP/1.1 200 OK\r\nno header\r\n\r\n" }, "malformed"],
    [{ kind: "huge_header" }, "malformed"],
  ];
  for (const [fault, expected] of table) {
    server.script(fault);
    assertEquals(await reasonOf(`${server.url}/api/chat`), expected, fault.kind);
  }
});

/** What cannot be had from a socket of this machine, in the words of the system. */
function connectError(words: string, url = "http://10.0.0.1/"): Error {
  const cause = new Error(`error sending request for url (${url}): client error (Connect): ${words}`);
  return new TypeError("fetch failed", { cause });
}

Deno.test("connectReason() names what other networks do", () => {
  const table: [string, FailureReason][] = [
    ["tcp connect error: Connection timed out (os error 110)", "connect_timeout"],
    ["tcp connect error: Network is unreachable (os error 101)", "unreachable"],
    ["tcp connect error: No route to host (os error 113)", "unreachable"],
    ["invalid peer certificate: UnknownIssuer", "tls"],
    ["invalid peer certificate: Expired", "tls"],
    ["received corrupt message of type InvalidContentType", "tls"],
    ["something new", "reset"],
  ];
  for (const [words, expected] of table) assertEquals(connectReason(connectError(words)), expected, words);
});

Deno.test("connectReason() is not misled by the name of the host", () => {
  for (
    const url of ["http://resolver.lan/", "http://refused.lan/", "http://tls.lan/certificate", "http://parse.lan/"]
  ) {
    assertEquals(connectReason(connectError("tcp connect error: No route to host (os error 113)", url)), "unreachable");
    const words =
      `error sending request for ${url}: client error (SendRequest): connection closed before message completed`;
    assertEquals(connectReason(new TypeError("fetch failed", { cause: new Error(words) })), "reset", url);
  }
});

Deno.test("connectReason() takes anything", () => {
  for (const error of [undefined, "text", new Error(""), { message: "os error 111" }]) {
    assertEquals(connectReason(error), "reset");
  }
});
