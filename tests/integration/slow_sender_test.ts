import { assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { inTime } from "../support/in_time.ts";
import { RawClient } from "../support/raw_client.ts";

Deno.test("a request whose body stands still is refused with 408, however its length is told", async () => {
  await using broker = await BrokerFixture.start({ listen: { readStallMs: 50 }, backends: [] });
  for (const length of ["content-length: 10", "content-length: 900000", "transfer-encoding: chunked"]) {
    using client = await RawClient.open(Number(new URL(broker.url).port));
    await client.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n${length}\r\n\r\n`);
    const text = await inTime(length, client.readUntil((text) => text.includes("}}")));
    assertStringIncludes(text, "HTTP/1.1 408 ");
    assertStringIncludes(text, "Nothing came of the request's body for 50 ms (listen.readStallMs)");
  }
});
