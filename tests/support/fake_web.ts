import { controlProof } from "../../src/core/control_proof.ts";
import type { System } from "../../src/client/link_parts.ts";

export type Answer = (request: Request) => Response | Promise<Response>;

/** `fetch` to servers of a test: where none is, the connection is refused as Node says it. Leaves out sockets. */
export class FakeWeb {
  /** What was asked, such as `GET http://127.0.0.1:11435/health`. */
  readonly asked: string[] = [];
  readonly requests: Request[] = [];
  readonly #servers = new Map<string, Answer>();

  /** Listens at an origin, in the place of whoever did. */
  listen(origin: string, answer: Answer): void {
    this.#servers.set(origin, answer);
  }

  close(origin: string): void {
    this.#servers.delete(origin);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { origin } = new URL(request.url);
    this.asked.push(`${request.method} ${request.url.replace(/\?nonce=.*/, "")}`);
    this.requests.push(request);
    const answer = this.#servers.get(origin);
    if (!answer) throw new TypeError("fetch failed", { cause: refused() });
    return await answer(request);
  };
}

function refused(): Error {
  return Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
}

/** A daemon as the client library sees one; `answer` for what else it is asked. */
export function fakeDaemon({ token, answer }: { token?: string; answer?: Answer } = {}): Answer {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/control/v1/proof" && token !== undefined) {
      return Response.json({ proof: await controlProof(token, searchParams.get("nonce")!) });
    }
    if (pathname === "/health") return Response.json({ status: "ok", version: "9.9.9" });
    if (pathname.startsWith("/control/") && request.headers.get("authorization") !== `Bearer ${token}`) {
      return Response.json({ error: { message: "Send the token" } }, { status: 401 });
    }
    if (answer && pathname !== "/control/v1/mode") return answer(request);
    if (pathname === "/control/v1/mode") {
      return Response.json({ mode: "local-first", inForce: "local-first", reason: null });
    }
    return Response.json({ error: `no such path: ${pathname}` }, { status: 404 });
  };
}

export interface FakeSystemOptions {
  env?: Record<string, string>;
  files?: Record<string, { text: string; mode: number } | Error>;
  /** What programs print, by the words of their command line that matter; others fail. */
  programs?: Record<string, string>;
  /** How started command lines end: `undefined` runs on. Others are not here. */
  startable?: Record<string, number | undefined>;
}

/** A machine of a test's own. */
export class FakeSystem implements System {
  readonly ran: string[] = [];
  readonly started: string[] = [];
  readonly #options: FakeSystemOptions;

  constructor(options: FakeSystemOptions = {}) {
    this.#options = options;
  }

  env(name: string): string | undefined {
    return this.#options.env?.[name];
  }

  readFile(path: string): Promise<{ text: string; mode: number } | undefined> {
    const file = this.#options.files?.[path];
    return file instanceof Error ? Promise.reject(file) : Promise.resolve(file);
  }

  run(command: readonly string[]): Promise<{ code: number | null; stdout: string } | undefined> {
    const line = command.join(" ");
    this.ran.push(line);
    const { programs = {} } = this.#options;
    if (!Object.keys(programs).some((words) => words.startsWith(command[0]))) return Promise.resolve(undefined);
    const found = Object.entries(programs).find(([words]) => words.split(" ").every((word) => line.includes(word)));
    return Promise.resolve(found ? { code: 0, stdout: found[1] } : { code: 1, stdout: "" });
  }

  startDetached(command: readonly string[]): Promise<{ ended: Promise<number | null> } | undefined> {
    const line = command.join(" ");
    this.started.push(line);
    const { startable = {} } = this.#options;
    if (!(line in startable)) return Promise.resolve(undefined);
    const code = startable[line];
    return Promise.resolve({ ended: code === undefined ? new Promise(() => {}) : Promise.resolve(code) });
  }

  directFetch(): typeof fetch {
    throw new Error("A test brings its own fetch");
  }
}

/** A control file as a daemon writes it. */
export function controlFile(url: string, token: string, mode = 0o600): { text: string; mode: number } {
  return { text: JSON.stringify({ url, token, pid: 1, version: "9.9.9" }), mode };
}
