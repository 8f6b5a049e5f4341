import { assertEquals, assertRejects } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { Outbox } from "./outbox.ts";

/** A socket that writes at most `atOnce` bytes, each time when it is let. */
class SlowSocket {
  readonly written: number[][] = [];
  readonly #atOnce: number;
  #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  write = async (bytes: Uint8Array): Promise<number> => {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const taken = bytes.subarray(0, this.#atOnce);
    this.written.push([...taken.subarray(0, 8)]);
    return taken.length;
  };

  async let(times: number): Promise<void> {
    for (; times > 0; times--) {
      await settle();
      this.#waiting.shift()?.();
    }
    await settle();
  }
}

const never = (error: Error) => {
  throw error;
};

Deno.test("Outbox.send() writes all of one turn at once, in order, however little is taken", async () => {
  const socket = new SlowSocket(3);
  const outbox = new Outbox(socket.write, never);
  outbox.send(new Uint8Array([1, 2]));
  outbox.send(new Uint8Array([3, 4]));
  await socket.let(1);
  outbox.send(new Uint8Array([5]));
  outbox.send(new Uint8Array([6]));
  await socket.let(9);
  outbox.send(new Uint8Array([7]));
  await socket.let(9);
  assertEquals(socket.written, [[1, 2, 3], [4], [5, 6], [7]]);
});

Deno.test("Outbox.send() gives up once when too much waits, and takes nothing afterwards", async () => {
  const socket = new SlowSocket(1);
  const errors: string[] = [];
  const outbox = new Outbox(socket.write, (error) => errors.push(error.message));
  for (let i = 0; i < 20; i++) outbox.send(new Uint8Array(1 << 20));
  await outbox.relief();
  outbox.send(new Uint8Array(1));
  await socket.let(2);
  assertEquals(errors, ["The bus does not read what is sent to it"]);
});

Deno.test("Outbox.relief() waits while much is to be written", async () => {
  const socket = new SlowSocket(1 << 20);
  const outbox = new Outbox(socket.write, never);
  await outbox.relief();
  outbox.send(new Uint8Array(2 << 20));
  let isRelieved = false;
  const relief = outbox.relief().then(() => isRelieved = true);
  await socket.let(1);
  assertEquals(isRelieved, false);
  await socket.let(1);
  await relief;
  outbox.send(new Uint8Array(2 << 20));
  const closed = outbox.relief();
  outbox.close();
  await closed;
  await socket.let(2);
});

Deno.test("Outbox tells once when writing fails", async () => {
  const failed = Promise.withResolvers<never>();
  const outbox = new Outbox(() => Promise.reject(new Error("broken pipe")), failed.reject);
  outbox.send(new Uint8Array(1));
  await assertRejects(() => failed.promise, Error, "broken pipe");
  outbox.send(new Uint8Array(1));
});
