/** One end of a TCP connection over IPv4. */
export interface SocketAddress {
  hostname: string;
  port: number;
}

interface Row {
  local: string;
  remote: string;
  state: string;
  uid: number;
  inode: string;
}

const listening = "0A";

/** The tables of TCP connections, read once for all that is asked of them. */
export interface SocketTable {
  /** By both of its ends, as the tables write them. */
  connections: ReadonlyMap<string, Row>;
  listeners: readonly Row[];
}

/** Reads the text of /proc/net/tcp and /proc/net/tcp6 (proc_net_tcp in the kernel's documentation). */
export function parseSocketTable(text: string): SocketTable {
  const connections = new Map<string, Row>();
  const listeners: Row[] = [];
  for (const row of rowsOf(text)) {
    const key = `${row.local} ${row.remote}`;
    if (row.state === listening) listeners.push(row);
    else if (!connections.has(key)) connections.set(key, row);
  }
  return { connections, listeners };
}

/**
 * Whose the other end of a connection is. `undefined`: it is not there, or its process has closed it: then the kernel
 * gives 0 as its user, which is not whose it was.
 */
export function uidOfPeer(
  { connections }: SocketTable,
  { peer, own }: { peer: SocketAddress; own: SocketAddress },
): number | undefined {
  const keys = forms(peer).flatMap((local) => forms(own).map((remote) => `${local} ${remote}`));
  const row = connections.get(keys.find((key) => connections.has(key)) ?? "");
  return row?.inode === "0" ? undefined : row?.uid;
}

/** Whose socket listens on a port of 127.0.0.1 or of every address; `undefined`: none does. */
export function uidOfListener({ listeners }: SocketTable, port: number): number | undefined {
  const suffix = `:${hexPort(port)}`;
  const mine = [...forms({ hostname: "127.0.0.1", port }), ...forms({ hostname: "0.0.0.0", port })];
  return listeners.find(({ local }) => mine.includes(local) || local === `${"0".repeat(32)}${suffix}`)?.uid;
}

function* rowsOf(text: string): Generator<Row> {
  for (const line of text.split("\n")) {
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
    if (inode === undefined || !/^\d+$/.test(uid)) continue;
    yield { local, remote, state, uid: Number(uid), inode };
  }
}

/** An address as the tables write it: in the byte order of the machine, and mapped into IPv6 for sockets of both. */
function forms({ hostname, port }: SocketAddress): string[] {
  const bytes = hostname.replace(/^::ffff:/i, "").split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  const [big, little] = [bytes.join(""), bytes.toReversed().join("")].map((hex) => hex.toUpperCase());
  const suffix = `:${hexPort(port)}`;
  const mapped = [`0000000000000000FFFF0000${little}`, `00000000000000000000FFFF${big}`];
  return [little, big, ...mapped].map((hex) => hex + suffix);
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
