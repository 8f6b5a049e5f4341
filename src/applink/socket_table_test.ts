import { assertEquals } from "@std/assert";
import { parseSocketTable, uidOfListener, uidOfPeer } from "./socket_table.ts";

const head =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n";
/** As /proc/net/tcp and tcp6 of Linux 6 on a little-endian machine write it. */
const table = head +
  "   0: 0100007F:2CAB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31001 1 0000000000000000 100 0 0 10 0\n" +
  "   1: 0100007F:9C40 0100007F:2CAB 01 00000000:00000000 00:00000000 00000000  1000        0 31002 1 0000000000000000 20 4 30 10 -1\n" +
  "   2: 0100007F:2CAB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 31003 1 0000000000000000 20 4 30 10 -1\n" +
  "   3: 0100007F:9C41 0100007F:2CAB 01 00000000:00000000 00:00000000 00000000 65534        0 31004 1 0000000000000000 20 4 30 10 -1\n" +
  "   4: 0100007F:9C42 0100007F:2CAB 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1\n" +
  "   5: 0100007F:9C43 0100007F:9C44 01 00000000:00000000 00:00000000 00000000  1001        0 31005 1 0000000000000000 20 4 30 10 -1\n" +
  head +
  "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   33        0 31006 1 0000000000000000 100 0 0 10 0\n" +
  "   1: 0000000000000000FFFF00000100007F:9C45 0000000000000000FFFF00000100007F:2CAB 01 00000000:00000000 00:00000000 00000000  1002        0 31007 1 0000000000000000 20 4 30 10 -1\n";

const own = { hostname: "127.0.0.1", port: 0x2cab };
const uid = (port: number) => uidOfPeer(parseSocketTable(table), { own, peer: { hostname: "127.0.0.1", port } });

Deno.test("uidOfPeer() finds the other end of a connection, also one over IPv6's form of IPv4", () => {
  assertEquals([uid(0x9c40), uid(0x9c41), uid(0x9c45)], [1000, 65534, 1002]);
});

Deno.test("uidOfPeer() does not take a closed socket, which the kernel gives to root, for root's", () => {
  assertEquals(uid(0x9c42), undefined);
});

Deno.test("uidOfPeer() takes no other connection, no other address and no text", () => {
  assertEquals([uid(0x9c43), uid(0x9c44)], [undefined, undefined]);
  assertEquals(uidOfPeer(parseSocketTable(table), { own, peer: { hostname: "127.0.0.2", port: 0x9c40 } }), undefined);
  assertEquals(
    uidOfPeer(parseSocketTable("cat: denied\n\n"), { own, peer: { hostname: "127.0.0.1", port: 1 } }),
    undefined,
  );
});

Deno.test("uidOfPeer() reads the table of a big-endian machine", () => {
  const big = table.replaceAll("0100007F", "7F000001");
  assertEquals(uidOfPeer(parseSocketTable(big), { own, peer: { hostname: "127.0.0.1", port: 0x9c41 } }), 65534);
});

Deno.test("uidOfListener() finds who listens on a port, also for every address", () => {
  assertEquals([0x2cab, 0x1f90, 0x9c40].map((port) => uidOfListener(parseSocketTable(table), port)), [
    1000,
    33,
    undefined,
  ]);
});
