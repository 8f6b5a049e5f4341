import { controlProof } from "../../src/core/control_proof.ts";

export interface SeenRequest {
  method: string;
  path: string;
  authorization: string | null;
  headers: Headers;
  body: string;
}

type Answer = (request: SeenRequest, signal: AbortSignal) => Response | Promise<Response>;

/** Answers by `"METHOD /path"`; whatever is not named gets 404 in the control API's shape. */
export type FakeRoutes = Record<string, Answer>;

/**
 * Stands in for the daemon: a server on a free port and the control file that leads to it, in a runtime folder of its
 * own. It checks no token and knows no model; `requests` tells what came.
 */
export class FakeDaemon implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  readonly runtimeHome: string;
  readonly url: string;
  readonly token = "token-of-the-test";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(runtimeHome: string, routes: FakeRoutes) {
    this.runtimeHome = runtimeHome;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#serve(request, routes),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  static async start(routes: FakeRoutes): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(await Deno.makeTempDir(), routes);
    await daemon.writeControl({ url: daemon.url, token: daemon.token, pid: 1, version: "0.0.0" });
    return daemon;
  }

  /** Where the command line finds this daemon. */
  get env(): Record<string, string> {
    return { HOME: this.runtimeHome, XDG_RUNTIME_DIR: this.runtimeHome };
  }

  get controlFile(): string {
    return `${this.runtimeHome}/cloudtolocalllm/control.json`;
  }

  async writeControl(content: unknown, mode = 0o600): Promise<void> {
    await Deno.mkdir(`${this.runtimeHome}/cloudtolocalllm`, { recursive: true });
    await Deno.writeTextFile(this.controlFile, typeof content === "string" ? content : JSON.stringify(content));
    await Deno.chmod(this.controlFile, mode);
  }

  /** The server goes, the control file stays: what a killed daemon leaves. */
  async kill(): Promise<void> {
    await this.#server.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.runtimeHome, { recursive: true });
  }

  async #serve(request: Request, routes: FakeRoutes): Promise<Response> {
    const { pathname: path, searchParams } = new URL(request.url);
    // Before every first request; what a test looks for is what follows.
    if (path === "/control/v1/proof") {
      return Response.json({ proof: await controlProof(this.token, searchParams.get("nonce")!) });
    }
    const seen: SeenRequest = {
      method: request.method,
      path,
      authorization: request.headers.get("authorization"),
      headers: request.headers,
      body: await request.text(),
    };
    this.requests.push(seen);
    const answer = routes[`${request.method} ${path}`];
    if (!answer) return Response.json({ error: { message: `no such route: ${path}` } }, { status: 404 });
    return await answer(seen, request.signal);
  }
}
