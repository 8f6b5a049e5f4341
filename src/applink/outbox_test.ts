import { assertEquals } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { Outbox } from "./outbox.ts";

/** Takes what it is told to, when it is told to. */
class SlowWriter {
  readonly writes: string[] = [];
  #gates: ((count: number) => void)[] = [];
  #lengths: number[] = [];

  write(bytes: Uint8Array): Promise<number> {
    this.writes.push(new TextDecoder().decode(bytes));
    this.#lengths.push(bytes.length);
    return new Promise((resolve) => this.#gates.push(resolve));
  }

  async take(count?: number): Promise<void> {
    const length = this.#lengths.shift()!;
    this.#gates.shift()!(count ?? length);
    await settle();
  }
}

function outboxTo(writer: { write(bytes: Uint8Array): Promise<number> }, maxBytes = 100) {
  const failures: string[] = [];
  const outbox = new Outbox(writer, { maxBytes: () => maxBytes, onFailure: ({ message }) => failures.push(message) });
  return { outbox, failures };
}

Deno.test("Outbox gives each message in one write, in order, and what the system left once more", async () => {
  const writer = new SlowWriter();
  const { outbox } = outboxTo(writer);
  outbox.send("first");
  outbox.send("second");
  assertEquals(writer.writes, ["first\n"]);
  await writer.take(4);
  await writer.take();
  assertEquals(writer.writes, ["first\n", "t\n", "second\n"]);
  let isSent = false;
  outbox.sent().then(() => isSent = true);
  await settle();
  assertEquals(isSent, false);
  await writer.take();
  assertEquals(isSent, true);
});

Deno.test("Outbox ends, once, when more waits than allowed; what is being sent may be larger", async () => {
  const writer = new SlowWriter();
  const { outbox, failures } = outboxTo(writer, 10);
  outbox.send("x".repeat(50));
  outbox.send("12345");
  assertEquals([failures.length, outbox.waitingBytes], [0, 6]);
  outbox.send("12345");
  outbox.send("12345");
  assertEquals(failures, ["It does not read its answers: more than 10 bytes wait"]);
  await outbox.sent();
  await writer.take();
  assertEquals(writer.writes.length, 1);
});

Deno.test("Outbox ends when the client is gone, and takes nothing more", async () => {
  const { outbox, failures } = outboxTo({ write: () => Promise.reject(new Error("Broken pipe")) });
  outbox.send("a");
  await outbox.sent();
  outbox.send("b");
  assertEquals([failures, outbox.waitingBytes], [["Broken pipe"], 0]);
});
