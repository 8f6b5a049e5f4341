import { secretVariable } from "../config/secrets_env.ts";
import type { AppState, BackendState } from "../state/app_state.ts";
import { describeFailure } from "../state/describe_failure.ts";
import { byPreference } from "../state/preference.ts";
import { type Routability, routability } from "../state/routability.ts";
import { nameOf } from "./tray_words.ts";

/** What is not as it should be. Of one `subject` there is at most one at a time. */
export interface Trouble {
  kind: "failover" | "down" | "credential";
  /** What a notification about it replaces: `route`, or `credential:` and the backend's id. */
  subject: string;
  /** The backend whose answering ends it. */
  backend: string;
  summary: string;
  body: string;
}

/** What matters of the state to who is told only of troubles and their ends. */
export interface Situation {
  troubles: readonly Trouble[];
  /**
   * Subjects of which nothing can be said until a backend has shown how it is: it was not checked yet, or its ejection
   * has ended and no request has tried it since.
   */
  undecided: readonly string[];
  /** Names, by id, of the backends that are known to answer. */
  well: ReadonlyMap<string, string>;
}

interface Seen extends Routability {
  id: string;
  name: string;
  /** Why it is not used, without what changes every second. */
  cause: string;
  backend: BackendState;
}

export const routeSubject = "route";
/** How many reasons a notification gives. */
const shownReasons = 3;

/**
 * What is wrong at this moment, by the one truth about what may be used (`routability`); `now` is monotonic, in ms.
 *
 * A backend whose credential is refused is a trouble of its own, and not a failover besides: one cause is told once.
 * Single requests that were answered elsewhere are no trouble either, as long as the backend counts as usable: they
 * stand in the list of failovers.
 */
export function situationOf(state: AppState, now: number): Situation {
  const options = { mode: state.mode, now };
  const configs = state.backends.map(({ config }) => config);
  const order = byPreference(state.backends, options).map((backend): Seen => {
    const { id } = backend.config;
    const seen = routability(backend, options);
    return {
      ...seen,
      id,
      name: nameOf(backend.config, { backends: configs }),
      cause: causeOf(backend, seen, now),
      backend,
    };
  });
  const unproven = order.filter((one) => one.routable && !isProven(one)).map(({ id }) => `credential:${id}`);
  const route = routeTrouble(order);
  return {
    troubles: [...order.flatMap((one) => credentialTrouble(one, order)), ...(typeof route === "object" ? [route] : [])],
    undecided: route === "undecided" ? [...unproven, routeSubject] : unproven,
    well: new Map(order.filter(isProven).map(({ id, name }) => [id, name])),
  };
}

function isProven({ health, backend }: Seen): boolean {
  return health === "up" && backend.health.breaker.kind === "closed";
}

function routeTrouble(order: readonly Seen[]): Trouble | "undecided" | "none" {
  const first = order.find(({ health }) => health !== "misconfigured");
  if (first === undefined) return "none";
  const active = order.find(({ routable }) => routable);
  if (active && !isProven(active)) return "undecided";
  if (active === first) return "none";
  const trouble = { subject: routeSubject, backend: first.id };
  if (active) {
    return { ...trouble, kind: "failover", summary: `${active.name} answers now`, body: failoverBody(first) };
  }
  return { ...trouble, kind: "down", summary: "No model server answers", body: downBody(order) };
}

function failoverBody({ name, cause }: Seen): string {
  return `${cause}. Requests go back to ${inSentence(name)} as soon as it answers.`;
}

function downBody(order: readonly Seen[]): string {
  const causes = [...new Set(order.map(({ cause }) => cause))];
  return causes.slice(0, shownReasons).map((cause) => `${cause}.`).join(" ");
}

function credentialTrouble(one: Seen, order: readonly Seen[]): Trouble[] {
  if (one.health !== "misconfigured") return [];
  const { secret } = one.backend.config;
  const other = order.find(({ routable }) => routable);
  const next = one.cause.startsWith("The token is missing")
    ? "Then restart CloudToLocalLLM."
    : secret
    ? `Put a valid one into ${secretVariable(secret)} and restart CloudToLocalLLM.`
    : "Name its token in the configuration.";
  const meanwhile = other ? `${other.name} answers meanwhile.` : "Nothing else can answer.";
  return [{
    kind: "credential",
    subject: `credential:${one.id}`,
    backend: one.id,
    summary: `${one.name} cannot be used`,
    body: `${one.cause}. ${next} ${meanwhile}`,
  }];
}

function causeOf({ config, health }: BackendState, { health: word, reason }: Routability, now: number): string {
  if (word !== "ejected") return reason ?? "";
  const { breaker, cooldown } = health;
  if (breaker.kind !== "closed" && (breaker.kind === "half_open" || breaker.until > now)) {
    return describeFailure(config, breaker.reason);
  }
  return cooldown ? describeFailure(config, cooldown.reason) : reason ?? "";
}

function inSentence(name: string): string {
  return name.replace(/^(The|Your) /, (word) => word.toLowerCase());
}
