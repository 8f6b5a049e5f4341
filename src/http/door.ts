import type { Clock } from "../core/clock.ts";
import type { Redaction } from "../core/redaction.ts";
import { constantTimeEqual } from "./constant_time_equal.ts";

/** How long a link to the settings opens them. */
export const linkMs = 60_000;
/** A session that nobody used for so long is over. */
export const idleMs = 12 * 3_600_000;

/** More than a person makes: whoever asks for more loses the oldest. */
const maxLinks = 16;
const maxSessions = 64;

/** A browser that came in through a link. Its id is the value of the cookie. */
export interface Session {
  id: string;
  /** What every form and script of its pages sends with a change, which no page of another site can know. */
  csrf: string;
  /** Aborted when it ends: what its pages still listen to ends as well. */
  ended: AbortSignal;
}

export interface DoorOptions {
  clock: Clock;
  /** Keeps what is made here out of the log, as long as it is worth something. */
  redaction: Pick<Redaction, "add" | "remove">;
}

/**
 * Who may see the settings page: a browser that came through a link of ours, which works once and for a minute, and
 * which the tray and `cloudtolocalllm settings` make. The link becomes a session; sessions live in memory and so end
 * with the daemon, or after 12 hours without use. Both are measured by a clock that nobody can set, and that stands still
 * while the machine sleeps.
 */
export class Door {
  readonly #clock: Clock;
  readonly #redaction: DoorOptions["redaction"];
  /** Keys of links, each with the monotonic time at which it ends. */
  readonly #links = new Map<string, number>();
  readonly #sessions = new Map<string, { session: Session; until: number; end: AbortController }>();

  constructor({ clock, redaction }: DoorOptions) {
    this.#clock = clock;
    this.#redaction = redaction;
  }

  /** The key of a new link. */
  createLink(): string {
    const key = this.#secret();
    this.#links.set(key, this.#clock.monotonic() + linkMs);
    this.#forgetOld();
    return key;
  }

  /** Uses up the link with this key; `false` when it was used, has ended or never was. */
  useLink(key: string): boolean {
    this.#forgetOld();
    const known = [...this.#links.keys()].find((one) => constantTimeEqual(one, key));
    if (known === undefined) return false;
    this.#forgetLink(known);
    return true;
  }

  /** A session for who came by a link. */
  createSession(): Session {
    const end = new AbortController();
    const session = { id: this.#secret(), csrf: this.#secret(), ended: end.signal };
    this.#keep(session, end);
    this.#forgetOld();
    return session;
  }

  /** The session with this id, which is used by that; `undefined` when there is none. */
  session(id: string): Session | undefined {
    this.#forgetOld();
    const found = [...this.#sessions.values()].find(({ session }) => constantTimeEqual(session.id, id));
    if (!found) return undefined;
    this.#keep(found.session, found.end);
    return found.session;
  }

  /** Ends a session: its cookie is worth nothing any more. */
  leave(id: string): void {
    const found = this.#sessions.get(id);
    if (!found) return;
    this.#sessions.delete(id);
    found.end.abort(new Error("The session has ended"));
    this.#redaction.remove(found.session.id);
    this.#redaction.remove(found.session.csrf);
  }

  /** Keeps a session from now on; the last used is the last to go. */
  #keep(session: Session, end: AbortController): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, { session, end, until: this.#clock.monotonic() + idleMs });
  }

  /** What has ended goes, and the oldest of what is too many. */
  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [key, until] of this.#links) if (until <= now || this.#links.size > maxLinks) this.#forgetLink(key);
    for (const [id, { until }] of this.#sessions) {
      if (until <= now || this.#sessions.size > maxSessions) this.leave(id);
    }
  }

  #forgetLink(key: string): void {
    this.#links.delete(key);
    this.#redaction.remove(key);
  }

  #secret(): string {
    const secret = randomSecret();
    this.#redaction.add(secret);
    return secret;
  }
}

/** 256 random bits that fit into a URL, a header and a cookie. */
export function randomSecret(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
}
