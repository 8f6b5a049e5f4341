import { backoffMs, defaultBackoff } from "./backoff.ts";
import { DaemonLost, DaemonNotRunning, NoControlToken, TimedOut } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import { findDaemon, type FindParts, type Place, prove } from "./find_daemon.ts";
import type { LinkParts, System, Timers } from "./link_parts.ts";
import type { Backoff, ClientOptions } from "./options.ts";
import { restartWaitMs, timeoutsOf } from "./timeouts.ts";
import { startDaemon, type Starting } from "./start_daemon.ts";
import { loadSystem } from "./system.ts";
import { anyOf, deadline, orAborted, pause, systemTimers } from "./timers.ts";

export interface LinkRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** `control`: with the token of the control API; `model`: with the client's key, or that token where it is known. */
  api: "control" | "model";
  /** Whether carrying it out twice is the same as once. */
  isRepeatable: boolean;
  /** How long the whole answer may take; default: for ever. */
  timeoutMs?: number;
  /** `false`: no daemon is started or waited for. */
  isPatient?: boolean;
}

/** An answer that has begun. */
export interface Exchange {
  response: Response;
  place: Place;
  /** Aborts with whatever ends the request; its reason is what the caller is told then. */
  signal: AbortSignal;
  /** Must be called when the answer was read: no timer is left then. */
  end(): void;
}

type Outcome =
  | { exchange: Exchange; failure?: undefined }
  | { exchange?: undefined; failure: unknown; wasRefused: boolean };

/** How long a daemon counts as there after it was heard of, in ms. */
const trustedMs = 5_000;

/** The way to the daemon: finds it, also again, and sends requests there. */
export class DaemonLink {
  readonly options: ClientOptions;
  readonly timers: Timers;
  readonly #random: () => number;
  readonly #loadSystem: () => Promise<System | undefined>;
  readonly #end = new AbortController();
  /** Ends with the client. */
  readonly signal: AbortSignal;
  #system?: Promise<System | undefined>;
  #fetch?: Promise<typeof fetch>;
  #place?: Place;
  #heardAt = 0;
  #wasSeen = false;
  /** By whether it waits for a daemon. */
  readonly #finding = new Map<boolean, Promise<Place>>();

  constructor(options: ClientOptions, parts: LinkParts = {}) {
    this.options = options;
    this.timers = parts.timers ?? systemTimers;
    this.#random = parts.random ?? Math.random;
    this.#loadSystem = parts.loadSystem ?? loadSystem;
    this.signal = anyOf([this.#end.signal, options.signal]);
  }

  /** Where the daemon was found last. */
  get place(): Place | undefined {
    return this.#place;
  }

  close(): void {
    this.#end.abort(new DOMException("The client is closed", "AbortError"));
  }

  system(): Promise<System | undefined> {
    return this.#system ??= this.#loadSystem();
  }

  /** The daemon is looked for again before the next request. */
  forget(place: Place): void {
    if (this.#place === place) this.#place = undefined;
  }

  /** The pause after the failure with this number, 0 first. */
  backoffMs(failure: number): number {
    const backoff: Backoff = { ...defaultBackoff, ...this.options.backoff };
    return backoffMs(failure, backoff, this.#random());
  }

  /**
   * Where the daemon is now. All who ask at a time wait for one search. Throws {@linkcode DaemonNotRunning}.
   *
   * A daemon of which nothing was heard for a while is asked first whether it is still there: what may not be sent twice
   * then meets no connection that has died unseen, and no other program that has its port now.
   */
  async find({ signal, isPatient = true }: Pick<LinkRequest, "signal" | "isPatient"> = {}): Promise<Place> {
    const isEnded = anyOf([this.signal, signal]);
    isEnded.throwIfAborted();
    if (this.#place && this.timers.monotonic() - this.#heardAt < trustedMs) return this.#place;
    const running = this.#finding.get(isPatient) ?? this.#findAnew(isPatient).finally(() => {
      this.#finding.delete(isPatient);
    });
    this.#finding.set(isPatient, running);
    return await orAborted(running, isEnded);
  }

  /** The daemon's answer, with whatever status. Throws the errors of errors.ts, and the signal's reason. */
  async request(path: string, request: LinkRequest): Promise<Exchange> {
    const place = await this.find(request);
    const first = await this.#try(place, path, request);
    if (first.exchange) {
      if (!this.#isOldToken(first.exchange, request)) return first.exchange;
      await first.exchange.response.body?.cancel();
      first.exchange.end();
    } else if (!first.wasRefused && !request.isRepeatable) {
      throw lost(place, first.failure);
    }
    const again = await this.find(request);
    const second = await this.#try(again, path, request);
    if (second.exchange) return second.exchange;
    throw lost(again, second.failure);
  }

  /** One that was started anew has another token; what it refuses it has not done. */
  #isOldToken({ response, place }: Exchange, { api }: LinkRequest): boolean {
    const sentToken = place.token !== undefined && (api === "control" || this.options.clientKey === undefined);
    if (response.status !== 401 || !sentToken || this.options.token !== undefined) return false;
    this.forget(place);
    return true;
  }

  async #try(place: Place, path: string, request: LinkRequest): Promise<Outcome> {
    const { timeoutMs, api, method = "GET", body } = request;
    if (api === "control" && place.token === undefined) throw noToken(place);
    const fetch = await this.#fetchOfHere();
    const headers = await this.#headers(place, request);
    // Thrown as it is, before anything was sent, when it cannot be written as JSON.
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reason = () => new TimedOut(`The daemon at ${place.url} does not answer; restart it, or see its log`);
    const { signal, end } = deadline(timeoutMs, {
      timers: this.timers,
      signals: [this.signal, request.signal],
      reason,
    });
    try {
      const response = await fetch(place.url + path, { method, headers, body: text, redirect: "manual", signal });
      this.#heardAt = this.timers.monotonic();
      return { exchange: { response, place, signal, end } };
    } catch (error) {
      end();
      signal.throwIfAborted();
      this.forget(place);
      return { failure: error, wasRefused: wasRefused(error) };
    }
  }

  async #headers(place: Place, { api, body, headers }: LinkRequest): Promise<Record<string, string>> {
    const { clientKey, app = "cloudtolocalllm-client" } = this.options;
    const bearer = api === "control" ? place.token : clientKey ?? place.token;
    return {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      // A browser says itself who it is.
      ...(await this.system() && { "user-agent": app }),
      ...headers,
    };
  }

  #fetchOfHere(): Promise<typeof fetch> {
    const { fetch: own } = this.options;
    return this.#fetch ??= this.system().then((system) => {
      // Called as a method of something else, a browser's does not work.
      return own ?? system?.directFetch() ?? ((input, init) => fetch(input, init));
    });
  }

  async #findAnew(isPatient: boolean): Promise<Place> {
    const [system, fetch] = await Promise.all([this.system(), this.#fetchOfHere()]);
    const parts: FindParts = { options: this.options, system, fetch, timers: this.timers, signal: this.signal };
    const known = this.#place;
    if (known && await prove(known, parts).then(() => true, () => false)) return this.#found(known);
    this.signal.throwIfAborted();
    this.#place = undefined;
    try {
      return this.#found(await findDaemon(parts));
    } catch (error) {
      if (!(error instanceof DaemonNotRunning) || !isPatient) throw error;
      return this.#found(await this.#await(parts, error));
    }
  }

  #found(place: Place): Place {
    this.#place = place;
    this.#heardAt = this.timers.monotonic();
    this.#wasSeen = true;
    return place;
  }

  /** Waits for a daemon that is started, or may be restarting, as long as the options say. */
  async #await(parts: FindParts, notRunning: DaemonNotRunning): Promise<Place> {
    const { start = false, waitMs = this.#wasSeen ? restartWaitMs : 0 } = this.options;
    const { timers, signal, system } = parts;
    const since = timers.monotonic();
    const startMs = timeoutsOf(this.options).startMs;
    const starting = start !== false && system
      ? await startDaemon({ system, start, timers, signal, timeoutMs: startMs })
      : undefined;
    const until = since + (starting ? startMs : waitMs);
    for (let failures = 0, last = notRunning;; failures++) {
      const left = until - timers.monotonic();
      if (left <= 0 || starting?.failure !== undefined) throw whyNot(last, { starting, startMs });
      await pause(Math.min(left, this.backoffMs(failures)), { timers, signal });
      try {
        return await findDaemon(parts);
      } catch (error) {
        if (!(error instanceof DaemonNotRunning)) throw error;
        last = error;
      }
    }
  }
}

function whyNot(
  error: DaemonNotRunning,
  { starting, startMs }: { starting: Starting | undefined; startMs: number },
): DaemonNotRunning {
  if (!starting) return error;
  const outcome = starting.failure ?? `it was not ready within ${startMs / 1000} s; its log says why`;
  const tried = [...error.tried, { way: "start" as const, outcome }];
  return new DaemonNotRunning(`The daemon could not be started: ${outcome}`, { cause: error, tried });
}

function lost(place: Place, cause: unknown): DaemonLost {
  return new DaemonLost(
    `The daemon at ${place.url} went away before it answered, and may or may not have done what it was asked: ${
      wordsOf(cause)
    }`,
    { cause },
  );
}

function noToken({ url, way }: Place): NoControlToken {
  const found = way === "url" ? "" : ", and its control.json was not found";
  return new NoControlToken(
    `The daemon at ${url} takes commands from programs of its user only: no token is given${found}`,
  );
}

/** Whether nothing can have been sent: there was no connection. Browsers do not tell. */
function wasRefused(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === "ECONNREFUSED") return true;
    if (/connection refused/i.test(at.message)) return true;
  }
  return false;
}
