import { assertEquals, assertStringIncludes } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { Peers } from "./peers.ts";

const row = (port: string, uid: number) =>
  `   1: 0100007F:${port} 0100007F:0050 01 00000000:00000000 00:00000000 00000000  ${uid}        0 31002 1\n`;
const connection = (port: number) => ({
  peer: { hostname: "127.0.0.1", port },
  own: { hostname: "127.0.0.1", port: 0x50 },
});

Deno.test("Peers tells our own user's processes from others', and from those that it cannot tell", async () => {
  const readTable = () => Promise.resolve(row("0001", 1000) + row("0002", 1001) + row("0003", 0));
  const peers = new Peers({ readTable, ownUid: () => Promise.resolve(1000) });
  const kinds = [1, 2, 3, 4].map(async (port) => (await peers.whose(connection(port))).kind);
  assertEquals(await Promise.all(kinds), ["own", "other", "other", "unknown"]);
});

Deno.test("Peers says why it cannot tell", async () => {
  const reasonOf = async (readTable: () => Promise<string>, uid: number | null) => {
    const peer = await new Peers({ readTable, ownUid: () => Promise.resolve(uid) }).whose(connection(1));
    return peer.kind === "unknown" ? peer.reason : peer.kind;
  };
  const fails = () => Promise.reject(new Error("no cat"));
  assertEquals(await reasonOf(fails, 1), "Cannot tell whose process this is: no cat");
  assertStringIncludes(await reasonOf(() => Promise.resolve(""), 1), "its connection is not in /proc/net/tcp");
  assertStringIncludes(await reasonOf(() => Promise.resolve(row("0001", 1)), null), "our own user is not known");
});

Deno.test("Peers reads the table once for all that ask meanwhile, and never one from before the question", async () => {
  const gates: (() => void)[] = [];
  const readTable = () => new Promise<string>((resolve) => gates.push(() => resolve(row("0001", 1))));
  const peers = new Peers({ readTable, ownUid: () => Promise.resolve(1) });
  const first = peers.whose(connection(1));
  await settle();
  assertEquals(gates.length, 1);
  const others = Array.from({ length: 50 }, () => peers.whose(connection(1)));
  await settle();
  assertEquals(gates.length, 1);
  gates[0]();
  assertEquals((await first).kind, "own");
  await settle();
  assertEquals(gates.length, 2);
  gates[1]();
  assertEquals(new Set((await Promise.all(others)).map(({ kind }) => kind)), new Set(["own"]));
  assertEquals(gates.length, 2);
});

Deno.test("Peers goes on after a table that could not be read", async () => {
  let reads = 0;
  const readTable = () => reads++ === 0 ? Promise.reject(new Error("once")) : Promise.resolve(row("0001", 1));
  const peers = new Peers({ readTable, ownUid: () => Promise.resolve(1) });
  assertEquals((await peers.whose(connection(1))).kind, "unknown");
  assertEquals((await peers.whose(connection(1))).kind, "own");
});
