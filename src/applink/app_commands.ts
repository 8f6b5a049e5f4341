import { type AppFacts, authenticationOf, iconOf, reportedOf, tooltipOf } from "./app_facts.ts";
import type { ConnectionStatus, ConnectionType } from "./connection_status.ts";
import type { AppLinkContext } from "./context.ts";
import { proxyRequest } from "./proxy_request.ts";

/** What a command is given. */
export interface Call {
  fields: Readonly<Record<string, unknown>>;
  context: AppLinkContext;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /** Remembers what the client says of itself. */
  learn: (facts: AppFacts) => void;
  connectionStatus: () => Record<ConnectionType, ConnectionStatus>;
}

/** The answer without its `id`. */
export type Answer = Readonly<Record<string, unknown>>;

export interface AppRequest {
  /** Whose process may ask: `own`: only of our user; `not others`: also one that cannot be told. */
  from: "anyone" | "not others" | "own";
  /** Whether there is an answer without an `id`. */
  answers: boolean;
  /** Whether it waits for the requests before it that have no `id` either. */
  waits: boolean;
  run: (call: Call) => Answer | Promise<Answer>;
}

/** One that anyone may ask, and that is answered at once. */
export interface PlainRequest extends AppRequest {
  from: "anyone";
  run: (call: Call) => Answer;
}

export function isPlain(request: AppRequest): request is PlainRequest {
  return request.from === "anyone";
}

const ok = { status: "ok" };

/** A command that tells something of the app. */
function telling(factsOf: (fields: Call["fields"]) => AppFacts): AppRequest {
  const run = ({ fields, learn }: Call) => {
    learn(factsOf(fields));
    return ok;
  };
  return { from: "not others", answers: false, waits: false, run };
}

function plain(run: PlainRequest["run"]): PlainRequest {
  return { from: "anyone", answers: true, waits: true, run };
}

/** All that apps may ask, by the command's name (docs/APPLINK.md). */
export const appRequests: ReadonlyMap<string, AppRequest> = new Map<string, AppRequest>([
  ["PING", plain(() => ({ status: "pong" }))],
  ["GET_CONNECTION_STATUS", plain(({ connectionStatus }) => ({ status: connectionStatus() }))],
  ["UPDATE_TOOLTIP", telling(tooltipOf)],
  ["UPDATE_ICON", telling(iconOf)],
  ["AUTH_STATUS", telling(authenticationOf)],
  ["UPDATE_CONNECTION_STATUS", telling(reportedOf)],
  ["UPDATE_AUTH_TOKEN", {
    from: "own",
    answers: false,
    waits: true,
    async run({ fields: { token }, context }) {
      if (typeof token !== "string" && token !== null) {
        throw new Error('Cannot take the token: "token" must be a string; an empty one signs out');
      }
      await context.signIn.set(token ?? "");
      return ok;
    },
  }],
  ["PROXY_REQUEST", {
    from: "own",
    answers: true,
    waits: true,
    run: async ({ fields, context, signal }) => ({ result: await proxyRequest(fields, { ask: context.ask, signal }) }),
  }],
  ["QUIT", {
    from: "own",
    answers: false,
    waits: false,
    run({ context }) {
      context.log.info("The app ends the daemon");
      context.quit();
      return ok;
    },
  }],
]);
