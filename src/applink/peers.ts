import { messageOf } from "../core/errors.ts";
import { parseSocketTable, type SocketAddress, type SocketTable, uidOfListener, uidOfPeer } from "./socket_table.ts";

/** Whose process is at the other end. */
export type Peer = { kind: "own" } | { kind: "other" } | { kind: "unknown"; reason: string };

export interface PeersOptions {
  /** The text of /proc/net/tcp and tcp6, as it is when this is called. */
  readTable: () => Promise<string>;
  /** Rejects, or gives `null`, when it cannot be told. */
  ownUid: () => Promise<number | null>;
  /** Between two readings, so that who connects without end does not have it read without end. Default: none. */
  pause?: () => Promise<void>;
}

/**
 * Tells processes of our own user from others, for TCP itself says nothing (docs/decisions/0012-app-link.md). However
 * many ask at once, the table is read once for all of them.
 */
export class Peers {
  readonly #options: PeersOptions;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<SocketTable> | undefined;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async whose(connection: { peer: SocketAddress; own: SocketAddress }): Promise<Peer> {
    const words = "Cannot tell whose process this is";
    try {
      const own = await this.#options.ownUid();
      if (own === null) return { kind: "unknown", reason: `${words}: our own user is not known` };
      const uid = uidOfPeer(await this.#table(), connection);
      if (uid === undefined) return { kind: "unknown", reason: `${words}: its connection is not in /proc/net/tcp` };
      return { kind: uid === own ? "own" : "other" };
    } catch (error) {
      return { kind: "unknown", reason: `${words}: ${messageOf(error)}` };
    }
  }

  /** Whether what listens on a port of this machine is another user's, as far as that can be told. */
  async isOthers(port: number): Promise<boolean> {
    try {
      const [own, table] = [await this.#options.ownUid(), await this.#table()];
      const uid = uidOfListener(table, port);
      return own !== null && uid !== undefined && uid !== own;
    } catch {
      return false;
    }
  }

  /** Read after this call, so that the caller's connection is in it. */
  #table(): Promise<SocketTable> {
    return this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      const { readTable, pause } = this.#options;
      const reading = readTable().then(parseSocketTable);
      this.#last = reading.catch(() => {}).then(pause);
      return reading;
    });
  }
}
