import { messageOf } from "../core/errors.ts";
import { within } from "../core/within.ts";
import type { AppFacts } from "./app_facts.ts";
import { type Answer, type AppRequest, appRequests, type Call, isPlain } from "./app_commands.ts";
import type { AppLinkContext } from "./context.ts";
import { LineReader } from "./line_reader.ts";
import { beginsAsApp, type Message, parseMessage } from "./message.ts";
import { Outbox } from "./outbox.ts";
import type { Peer } from "./peers.ts";

/** Of one line, in bytes. */
const longestLine = 67_108_864;
/** Of who is not known to be of our user, for a line and for answers that wait. */
const strangersBytes = 262_144;
/** For answers that wait until they are read. */
const waitingBytes = 67_108_864;
/** Beyond this no more is read of a client that does not read either. */
const readOnBelow = 65_536;
/** Requests that are being answered at once, and those without an `id` that wait for their turn. */
const maxRunning = 32;
const maxInOrder = 1_000;
const chunkBytes = 65_536;
/** Patience with a client that is to read the last words, in ms. */
const lastWordsMs = 1_000;

export interface AppClientOptions {
  context: AppLinkContext;
  connectionStatus: Call["connectionStatus"];
  /** Called when what it is, or says of itself, has changed. */
  onChange: (client: AppClient) => void;
  /** Called when the last request that was being answered is over. */
  onIdle: () => void;
}

/**
 * One connection of an app. Requests without an `id` are answered in their order, those with one as soon as they can be.
 * What goes wrong here ends this connection at most.
 */
export class AppClient {
  readonly #conn: Deno.TcpConn;
  readonly #options: AppClientOptions;
  readonly #peer: Promise<Peer>;
  readonly #outbox: Outbox;
  readonly #lines = new LineReader({ maxBytes: longestLine });
  readonly #gone = new AbortController();
  /** What is told once no answer is awaited, by what it is about: clients take the next line for the answer. */
  readonly #held = new Map<string, string>();
  #kind: Peer["kind"] | undefined;
  #facts: AppFacts = {};
  #order = Promise.resolve();
  #inOrder = 0;
  #running = 0;
  #hasBegun = false;
  #hasComplained = false;

  constructor(conn: Deno.TcpConn, options: AppClientOptions) {
    this.#conn = conn;
    this.#options = options;
    const own = conn.localAddr;
    // At once, for a client may leave right after it has asked, and can then not be told from another's.
    this.#peer = options.context.peers.whose({ peer: conn.remoteAddr, own }).then((peer) => this.#met(peer));
    this.#outbox = new Outbox(conn, {
      maxBytes: () => this.#kind === "own" ? waitingBytes : strangersBytes,
      onFailure: (error) => this.#leave(error),
    });
  }

  /** Resolves when it is known whose process it is. */
  get met(): Promise<unknown> {
    return this.#peer;
  }

  /** Whose process it is, once that is known. */
  get kind(): Peer["kind"] | undefined {
    return this.#kind;
  }

  get facts(): AppFacts {
    return this.#facts;
  }

  /** Whether a request is being answered. */
  get isBusy(): boolean {
    return this.#running + this.#inOrder > 0;
  }

  /** Serves it until it leaves. Never rejects. */
  async run(): Promise<void> {
    try {
      this.#conn.setNoDelay(true);
      await this.#read();
    } catch (error) {
      this.#complain("A connection of an app was ended", messageOf(error));
      this.#send({ error: messageOf(error) });
      await this.#inGoodTime(this.#drain());
    }
    this.#gone.abort(new Error("The app has left"));
    await this.#inGoodTime(this.#outbox.sent());
    this.close();
    await this.#peer;
  }

  /** A command for the app. */
  tell(message: Answer): void {
    this.#send(message);
  }

  /** News, of which only the latest counts; held back while an answer is awaited. */
  inform(subject: string, message: Answer): void {
    if (this.#inOrder === 0) return this.#send(message);
    this.#held.delete(subject);
    this.#held.set(subject, this.#text(message));
  }

  /** Resolves when all that was said to it was sent. */
  sent(): Promise<void> {
    return this.#outbox.sent();
  }

  /** Ends the connection. Safe to call twice. */
  close(): void {
    this.#gone.abort(new Error("The connection has ended"));
    this.#outbox.end();
    try {
      this.#conn.close();
    } catch {
      // It is closed.
    }
  }

  async #inGoodTime(done: Promise<void>): Promise<void> {
    const { clock } = this.#options.context;
    await within(lastWordsMs, done, { clock, late: () => new Error("It does not read") }).catch(() => {});
  }

  /** To be closed with something unread would take back what was sent (a reset). */
  async #drain(): Promise<void> {
    await this.#outbox.sent();
    await this.#conn.closeWrite();
    const buffer = new Uint8Array(chunkBytes);
    while (await this.#conn.read(buffer) !== null);
  }

  #leave(reason: unknown): void {
    this.#options.context.log.debug("An app is not reached any more", { reason: messageOf(reason) });
    this.close();
  }

  #met(peer: Peer): Peer {
    this.#kind = peer.kind;
    if (!this.#gone.signal.aborted) this.#options.onChange(this);
    return peer;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(chunkBytes);
    while (!this.#gone.signal.aborted) {
      const count = await this.#conn.read(buffer).catch(() => null);
      if (count === null) return;
      const chunk = buffer.subarray(0, count);
      if (!this.#hasBegun && !this.#begins(chunk)) return;
      for (const line of this.#lines.push(chunk)) this.#take(line);
      if (this.#lines.waitingBytes > strangersBytes) await this.#checkLongLine();
      if (this.#outbox.waitingBytes > readOnBelow && !this.isBusy) await this.#outbox.sent();
    }
  }

  /** Whether it goes on. */
  #begins(chunk: Uint8Array): boolean {
    const begins = beginsAsApp(chunk);
    if (begins === undefined) return true;
    this.#hasBegun = true;
    if (begins) return true;
    this.#complain("A connection was refused that does not begin as an app's", "an HTTP client, perhaps");
    this.#send({ error: 'Only the desktop app is served here, in lines of JSON such as {"command":"PING"}' });
    return false;
  }

  async #checkLongLine(): Promise<void> {
    const peer = await this.#peer;
    if (peer.kind !== "own") throw new Error(`A line is longer than ${strangersBytes} bytes: ${refusalOf(peer)}`);
  }

  #take(line: string): void {
    const parsed = parseMessage(line);
    if (!parsed.ok) {
      this.#complain("A line of an app cannot be read", parsed.problem);
      const answer = { error: parsed.problem };
      return this.#inOrder === 0 ? this.#send(answer) : this.#inTurn(() => answer);
    }
    const { message } = parsed;
    const request = appRequests.get(message.command);
    if (!request) return this.#unknown(message);
    if (isPlain(request) && (message.id !== undefined || this.#inOrder === 0)) {
      return this.#send({ id: message.id, ...request.run(this.#call(message)) });
    }
    if (message.id !== undefined) return void this.#answerById(message, request);
    if (request.waits) return this.#inTurn(() => this.#answerInOrder(message, request));
    void this.#answerInOrder(message, request);
  }

  /** Without an `id` its error would be taken for the answer to something else. */
  #unknown({ command, id }: Message): void {
    const shown = /^[\w.-]{1,64}$/.test(command) ? `"${command}"` : "one";
    const error = `Unknown command ${shown}; known are ${[...appRequests.keys()].join(", ")}`;
    this.#complain("An app sent an unknown command", error);
    if (id !== undefined) this.#send({ id, error });
  }

  async #answerById(message: Message, request: AppRequest): Promise<void> {
    const { id } = message;
    if (request.from === "own" && this.#running >= maxRunning) {
      return this.#send({ id, error: `${maxRunning} requests are being answered already; wait for one of them` });
    }
    this.#running++;
    const answer = await this.#outcome(message, request);
    this.#running--;
    this.#send({ id, ...answer });
    this.#changed();
  }

  async #answerInOrder(message: Message, request: AppRequest): Promise<Answer | undefined> {
    const answer = await this.#outcome(message, request);
    if (request.answers) return answer;
    if ("error" in answer) this.#complain(`Cannot do what an app said: ${message.command}`, String(answer.error));
    return undefined;
  }

  /** One after the other; what gives nothing is not answered. */
  #inTurn(answer: () => Answer | undefined | Promise<Answer | undefined>): void {
    if (this.#inOrder >= maxInOrder) {
      this.#send({ error: `More than ${maxInOrder} requests wait for their answer` });
      this.#gone.abort(new Error("Too many requests"));
      return void this.#inGoodTime(this.#outbox.sent()).then(() => this.close());
    }
    this.#inOrder++;
    this.#order = this.#order.then(async () => {
      const message = this.#gone.signal.aborted ? undefined : await answer();
      this.#inOrder--;
      if (message) this.#send(message);
      if (this.#inOrder === 0) this.#sendHeld();
      this.#changed();
    });
  }

  /** The answer, or what keeps it from being one; never rejects. */
  async #outcome(message: Message, request: AppRequest): Promise<Answer> {
    try {
      if (request.from !== "anyone") {
        const peer = await this.#peer;
        const isRefused = request.from === "own" ? peer.kind !== "own" : peer.kind === "other";
        if (isRefused) throw new Error(refusalOf(peer));
      }
      return await request.run(this.#call(message));
    } catch (error) {
      return { error: messageOf(error) };
    }
  }

  #call({ fields }: Message): Call {
    const { context, connectionStatus } = this.#options;
    return { fields, context, connectionStatus, signal: this.#gone.signal, learn: (facts) => this.#learn(facts) };
  }

  #learn(facts: AppFacts): void {
    this.#facts = { ...this.#facts, ...facts };
    this.#options.onChange(this);
  }

  #sendHeld(): void {
    for (const text of this.#held.values()) this.#outbox.send(text);
    this.#held.clear();
  }

  #send(message: Answer): void {
    this.#outbox.send(this.#text(message));
  }

  #text(message: Answer): string {
    return this.#options.context.redact(JSON.stringify(message));
  }

  /** Each client once as a warning: one that talks nonsense does so all the time. */
  #complain(words: string, reason: string): void {
    const { log } = this.#options.context;
    if (this.#hasComplained) return log.debug(words, { reason });
    this.#hasComplained = true;
    log.warn(words, { reason });
  }

  #changed(): void {
    if (!this.isBusy) this.#options.onIdle();
  }
}

function refusalOf(peer: Peer): string {
  if (peer.kind === "unknown") return `${peer.reason}; only programs of your own user may ask this`;
  return "Only programs of the daemon's own user may ask this";
}
