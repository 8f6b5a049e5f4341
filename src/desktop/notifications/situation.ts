import { dayText } from "../../core/calendar_month.ts";
import { figureText } from "../../core/figure_text.ts";
import { type Coverage, modelCoverage, type ModelPlace } from "../../core/model_coverage.ts";
import type { AppState, BackendState } from "../../state/app_state.ts";
import { capLevel, stopsCloud } from "../../state/cloud_use.ts";
import { describeFailure } from "../../state/describe_failure.ts";
import { byPreference } from "../../state/preference.ts";
import { type Routability, routability } from "../../state/routability.ts";
import { clientNames } from "../../state/status_report.ts";
import { configErrorWords } from "../config_error_words.ts";
import { continued, nameOf } from "../tray/tray_words.ts";

/** What is not as it should be. Of one `subject` there is at most one at a time. */
export interface Trouble {
  kind: "failover" | "down" | "credential" | "config" | "cap";
  /** What a notification about it replaces: `route`, `config`, `cap`, or `credential:` and the backend's id. */
  subject: string;
  /** The backend whose answering ends it; "": none, as of a configuration that cannot be used. */
  backend: string;
  /** Tells apart what would else be the same trouble: it is told anew when this changes. */
  variant?: string;
  /** Backends of which a test may show that it is over. */
  toTest: readonly string[];
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
  /** Ids of the backends of which a health check has passed since the daemon began, however they are now. */
  answered: ReadonlySet<string>;
  /** Ids of the backends that are set up, whether in use or not. */
  known: ReadonlySet<string>;
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
    troubles: [
      ...configTrouble(state),
      ...capTrouble(state),
      ...order.flatMap((one) => credentialTrouble(one, order)),
      ...(typeof route === "object" ? [route] : []),
    ],
    undecided: route === "undecided" ? [...unproven, routeSubject] : unproven,
    well: new Map(order.filter(isProven).map(({ id, name }) => [id, name])),
    answered: new Set(state.backends.filter(({ models }) => models).map(({ config }) => config.id)),
    known: new Set(configs.map(({ id }) => id)),
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
  if (active) return { ...trouble, kind: "failover", toTest: [first.id], ...failoverWords(first, active) };
  const toTest = order.map(({ id }) => id);
  return { ...trouble, kind: "down", toTest, summary: "No model server answers", body: downBody(order) };
}

function failoverWords(first: Seen, active: Seen): Pick<Trouble, "variant" | "summary" | "body"> {
  const coverage = coverageOf(first, active);
  const back = `Requests go back to ${continued(first.name)} as soon as it answers.`;
  if (!coverage || coverage.has === coverage.of) {
    return { summary: `${active.name} answers now`, body: `${first.cause}. ${back}` };
  }
  const advice = `name what stands in for them in "models" of ${active.id} (docs/CONFIGURATION.md).`;
  if (coverage.has === 0) {
    const body = `${first.cause}, and ${continued(active.name)} has none of its models: ${advice}`;
    return { variant: "none", summary: `${first.name} does not answer`, body };
  }
  const summary = `${active.name} answers now, with ${coverage.has} of ${coverage.of} models`;
  return { variant: "some", summary, body: `${first.cause}. ${back} For the other models, ${advice}` };
}

function coverageOf(first: Seen, active: Seen): Coverage | undefined {
  const place = ({ id, health, backend }: Seen): ModelPlace => ({
    ...backend.config,
    id,
    health,
    latencyMs: backend.models ? backend.latencyMs ?? 0 : null,
    models: clientNames(backend),
  });
  return modelCoverage(place(first), place(active));
}

function configTrouble({ configError }: AppState): Trouble[] {
  if (configError === null) return [];
  const words = configErrorWords(configError);
  return [{
    kind: "config",
    subject: "config",
    backend: "",
    variant: words,
    toTest: [],
    summary: "The changed configuration is not in use",
    body: `${words}. What was read before stays in use until that is mended.`,
  }];
}

/** At 80 percent of the month's cap and at the cap; what the user was told before the daemon began is no news. */
function capTrouble({ cloudUse: use }: AppState): Trouble[] {
  const level = capLevel(use);
  if (use.cap === null || level <= use.toldBefore) return [];
  const used = `${figureText(use.tokens)} of ${figureText(use.cap)} tokens`;
  const trouble = { kind: "cap", subject: "cap", backend: "", toTest: [] } as const;
  const variant = `${use.month}:${use.cap}:${level}`;
  if (level === 80) {
    const then = use.atCap === "warn" ? "Nothing stops there." : "From there on only local models answer.";
    return [{ ...trouble, variant, summary: "80 % of the month's cloud tokens are used", body: `${used}. ${then}` }];
  }
  const summary = "The month's cloud tokens are used up";
  const until = dayText(use.endsAt);
  const then = stopsCloud(use) ? `Only local models answer until ${until}.` : "Clouds are asked all the same.";
  return [{ ...trouble, variant, summary, body: `${used}. ${then} The cap is limits.monthlyCloudTokens.` }];
}

function downBody(order: readonly Seen[]): string {
  const causes = [...new Set(order.map(({ cause }) => cause))];
  return causes.slice(0, shownReasons).map((cause) => `${cause}.`).join(" ");
}

function credentialTrouble(one: Seen, order: readonly Seen[]): Trouble[] {
  if (one.health !== "misconfigured") return [];
  const other = order.find(({ routable }) => routable);
  const meanwhile = other ? `${other.name} answers meanwhile.` : "Nothing else can answer.";
  return [{
    kind: "credential",
    subject: `credential:${one.id}`,
    backend: one.id,
    summary: `${one.name} cannot be used`,
    body: `${one.cause}. ${credentialAdvice(one)} ${meanwhile}`,
    toTest: [one.id],
  }];
}

function credentialAdvice({ backend: { config: { secret } }, cause }: Seen): string {
  const where = 'see "Tokens" in docs/CONFIGURATION.md';
  if (secret === null) return `Name it in "secret" of the configuration: ${where}.`;
  if (cause.startsWith("The keyring")) return "The token is then read by itself.";
  if (cause.startsWith("The token is missing")) return "It is used at once.";
  return `Set a valid one with "cloudtolocalllm secret set ${secret}": ${where}.`;
}

function causeOf({ config, health }: BackendState, { health: word, reason }: Routability, now: number): string {
  if (word !== "ejected") return reason ?? "";
  const { breaker, cooldown } = health;
  if (breaker.kind !== "closed" && (breaker.kind === "half_open" || breaker.until > now)) {
    return describeFailure(config, breaker.reason);
  }
  return cooldown ? describeFailure(config, cooldown.reason) : reason ?? "";
}
