import { routeSubject, type Situation, type Trouble } from "./situation.ts";

/** What is told: a trouble, or that the one told before is over. */
export interface Notice extends Omit<Trouble, "kind" | "variant"> {
  kind: Trouble["kind"] | "recovery";
}

/** What has been told of one subject, and what may come next. */
interface Thread {
  /** The trouble that holds; `told`: the user knows of it; `answeredBefore`: its backend had answered before it. */
  settled?: { id: string; trouble: Trouble; told: boolean; answeredBefore: boolean };
  /** What was seen since then and has to hold first: a trouble or, with the id `over`, its end. */
  pending?: { id: string; since: number };
}

/** What the rules remember from one look to the next. */
export interface NoticeMemory {
  /** Of the daemon, monotonic in ms. */
  startedAt: number;
  /** Ids of backends that have answered since then. */
  answered: ReadonlySet<string>;
  threads: ReadonlyMap<string, Thread>;
  /** When each kind was told last. */
  toldAt: Readonly<Partial<Record<Notice["kind"], number>>>;
}

/** What is to be done now, and until when nothing more is unless the situation changes. */
export interface NoticeStep {
  memory: NoticeMemory;
  tell: readonly Notice[];
  /** Subjects of notifications that are over. */
  close: readonly string[];
  /** Monotonic, in ms. */
  lookAgainAt?: number;
}

/** How long a state must hold before it is told: a flap gives nothing, or one. */
export const holdMs = 5_000;
/** Patience with a session that starts: the network and the model servers come up beside us. */
export const startGraceMs = 15_000;
/** At most one notification of a kind in this time. */
export const sameKindMs = 60_000;

export function emptyMemory(now: number): NoticeMemory {
  return { startedAt: now, answered: new Set(), threads: new Map(), toldAt: {} };
}

/**
 * Decides what to tell; pure. To be called after each change and at `lookAgainAt`.
 *
 * - A trouble is told once it has held for {@linkcode holdMs}; "nothing answers" after {@linkcode startGraceMs} at the
 *   start of the daemon.
 * - A failover away from a backend that has not answered since the start is no news: it was so already.
 * - A recovery is told only if the trouble was, and only when the backend is known to answer. A trouble that ends
 *   otherwise (the user changed the mode, or switched the backend off) is closed without a word; at once where its
 *   backend is not set up any more.
 * - Of each kind at most one in {@linkcode sameKindMs}: a trouble waits until then and is told if it still holds, a
 *   recovery is left out.
 * - While `isQuiet` nothing is told and what was told is closed; what begins meanwhile is not told afterwards either.
 */
export function nextNotices(
  memory: NoticeMemory,
  situation: Situation,
  { now, isQuiet }: { now: number; isQuiet: boolean },
): NoticeStep {
  const step = new Step(memory, situation, now, isQuiet);
  const subjects = new Set([...memory.threads.keys(), ...situation.troubles.map(({ subject }) => subject)]);
  for (const subject of subjects) {
    step.forgetRemoved(subject);
    if (!situation.undecided.includes(subject)) step.follow(subject);
  }
  return step.result;
}

class Step {
  readonly #threads: Map<string, Thread>;
  readonly #answered: ReadonlySet<string>;
  readonly #toldAt: Partial<Record<Notice["kind"], number>>;
  readonly #tell: Notice[] = [];
  readonly #close: string[] = [];
  #lookAgainAt = Infinity;

  constructor(
    readonly memory: NoticeMemory,
    readonly situation: Situation,
    readonly now: number,
    readonly isQuiet: boolean,
  ) {
    this.#threads = new Map(memory.threads);
    const { answered } = memory;
    // What had answered before notifications began is known by its list of models.
    const seen = [...situation.well.keys(), ...situation.answered];
    this.#answered = seen.some((id) => !answered.has(id)) ? new Set([...answered, ...seen]) : answered;
    this.#toldAt = { ...memory.toldAt };
  }

  get result(): NoticeStep {
    const memory = {
      startedAt: this.memory.startedAt,
      answered: this.#answered,
      threads: this.#threads,
      toldAt: this.#toldAt,
    };
    const lookAgainAt = Number.isFinite(this.#lookAgainAt) ? this.#lookAgainAt : undefined;
    return { memory, tell: this.#tell, close: this.#close, lookAgainAt };
  }

  /** What is told of a backend that was taken out of the configuration is about nothing. */
  forgetRemoved(subject: string): void {
    const { settled } = this.#threads.get(subject) ?? {};
    if (!settled || settled.trouble.backend === "" || this.situation.known.has(settled.trouble.backend)) return;
    this.#threads.delete(subject);
    if (settled.told) this.#close.push(subject);
  }

  follow(subject: string): void {
    const trouble = this.situation.troubles.find((one) => one.subject === subject);
    const thread = this.#quieted(subject, this.#threads.get(subject) ?? {});
    const id = trouble ? idOf(trouble) : over;
    if (id === (thread.settled?.id ?? over)) return this.#keep(subject, { settled: thread.settled });
    const { pending = { id, since: this.now } } = thread.pending?.id === id ? thread : {};
    const dueAt = Math.max(pending.since + this.#holdMs(trouble, pending.since), this.#allowedAt(trouble, thread));
    if (dueAt > this.now) {
      this.#lookAgainAt = Math.min(this.#lookAgainAt, dueAt);
      return this.#keep(subject, { ...thread, pending });
    }
    this.#keep(subject, trouble ? { settled: this.#settle(trouble, thread) } : {});
    if (!trouble) this.#end(subject, thread);
  }

  #keep(subject: string, thread: Thread): void {
    if (thread.settled || thread.pending) this.#threads.set(subject, thread);
    else this.#threads.delete(subject);
  }

  /** What is not wanted to be heard is taken back. */
  #quieted(subject: string, thread: Thread): Thread {
    if (!this.isQuiet || !thread.settled?.told) return thread;
    this.#close.push(subject);
    return { ...thread, settled: { ...thread.settled, told: false } };
  }

  #holdMs(trouble: Trouble | undefined, since: number): number {
    const isStart = trouble?.kind === "down" && since - this.memory.startedAt < startGraceMs;
    return isStart ? startGraceMs : holdMs;
  }

  #isNews(trouble: Trouble, thread: Thread): boolean {
    if (this.isQuiet) return false;
    return trouble.kind !== "failover" || this.#answered.has(trouble.backend) || thread.settled?.told === true;
  }

  /** When a notification of its kind may be shown; at once when it would not be. */
  #allowedAt(trouble: Trouble | undefined, thread: Thread): number {
    if (!trouble || !this.#isNews(trouble, thread)) return -Infinity;
    return (this.#toldAt[trouble.kind] ?? -Infinity) + sameKindMs;
  }

  #settle(trouble: Trouble, thread: Thread): NonNullable<Thread["settled"]> {
    const told = this.#isNews(trouble, thread);
    if (told) this.#say(trouble);
    const before = thread.settled?.trouble.backend === trouble.backend ? thread.settled : undefined;
    const answeredBefore = before?.answeredBefore ?? this.#answered.has(trouble.backend);
    return { id: idOf(trouble), trouble, told, answeredBefore };
  }

  #end(subject: string, { settled }: Thread): void {
    if (!settled?.told) return;
    const { trouble } = settled;
    const name = this.situation.well.get(trouble.backend);
    const allowedAt = (this.#toldAt.recovery ?? -Infinity) + sameKindMs;
    if (name === undefined || allowedAt > this.now) return void this.#close.push(subject);
    const words = recoveryWords(name, settled);
    this.#say({ kind: "recovery", subject, backend: trouble.backend, toTest: [], ...words });
  }

  #say(notice: Notice): void {
    this.#toldAt[notice.kind] = this.now;
    this.#tell.push(notice);
  }
}

const over = "over";

function idOf({ kind, backend, variant = "" }: Trouble): string {
  return `${kind}:${backend}:${variant}`;
}

function recoveryWords(
  name: string,
  { trouble, answeredBefore }: NonNullable<Thread["settled"]>,
): Pick<Notice, "summary" | "body"> {
  const again = answeredBefore ? " again" : "";
  if (trouble.subject === routeSubject) {
    return { summary: `${name} answers${again}`, body: `Requests go there ${answeredBefore ? "again" : "now"}.` };
  }
  return { summary: `${name} can be used${again}`, body: "It accepts the token." };
}
