import { type Breaker, modelBreaker } from "./health_state.ts";
import { timeOfDay } from "../core/time_of_day.ts";
import type { BackendState } from "./app_state.ts";
import { capWords } from "./cloud_use.ts";
import { describeFailure } from "./describe_failure.ts";
import { isAllowed, type PreferenceOptions } from "./preference.ts";
import type { BackendStatus } from "./status.ts";

/** Whether a backend may be used, why not, and what it is called everywhere. */
export interface Routability {
  routable: boolean;
  health: BackendStatus["health"];
  /** A sentence about the backend, where there is something to say. */
  reason: string | null;
}

const credentialReasons = new Set(["http_401", "http_402", "http_403", "no_credential", "keyring_locked"]);

/** How many models a sentence names. */
const shownModels = 5;

/**
 * The one truth about whether a backend can be used, from the mode, health checks, recent results and breakers together.
 * Tray, page, command line, metrics and routing all ask here.
 */
export function routability(backend: BackendState, options: PreferenceOptions): Routability {
  const { mode, now } = options;
  const { config, health } = backend;
  if (!config.enabled) return { routable: false, health: "disabled", reason: "Switched off in the configuration" };
  // It is not asked either (src/health/monitor.ts): what was seen of it last is no news.
  if (!isAllowed(config.location, mode)) {
    return { routable: false, health: "disabled", reason: notUsedNow(options) };
  }
  const { reach, breaker, cooldown } = health;
  if (reach.kind === "misconfigured") {
    return { routable: false, health: "misconfigured", reason: describeFailure(config, reach.reason) };
  }
  if (reach.kind === "down") return { routable: false, health: "down", reason: describeFailure(config, reach.reason) };
  if (breaker.kind !== "closed" && !passes(breaker, now)) {
    const reason = describeFailure(config, breaker.reason);
    if (credentialReasons.has(breaker.reason)) return { routable: false, health: "misconfigured", reason };
    return { routable: false, health: "ejected", reason: `${reason}; ${whenAgain(breaker, now)}` };
  }
  if (cooldown && cooldown.until > now) {
    const seconds = Math.ceil((cooldown.until - now) / 1000);
    const reason = `${describeFailure(config, cooldown.reason)}; it asked to be left alone for ${seconds} s more`;
    return { routable: false, health: "ejected", reason };
  }
  if (reach.kind === "unknown") return { routable: true, health: "unknown", reason: "Not checked yet" };
  return { routable: true, health: "up", reason: remarks(backend, now) };
}

function notUsedNow({ mode, modeCause }: PreferenceOptions): string {
  if (modeCause?.kind === "cap") return capitalized(capWords(modeCause));
  if (modeCause?.kind !== "pause") return `Not used in mode ${mode}`;
  return modeCause.until === null ? "The cloud is paused" : `Paused until ${timeOfDay(modeCause.until)}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether the breaker would let a request pass now, as an ordinary one or as its half-open probe. */
export function passes(breaker: Breaker, now: number): boolean {
  return breaker.kind === "closed" || (breaker.kind === "open" && breaker.until <= now);
}

/** Whether one model of the backend is left alone now. */
export function isModelEjected(backend: BackendState, model: string, now: number): boolean {
  const breaker = modelBreaker(backend.health, model);
  return breaker !== undefined && !passes(breaker, now);
}

function whenAgain(breaker: Breaker, now: number): string {
  if (breaker.kind !== "open") return "one request is trying it again";
  return `tried again in ${Math.ceil((breaker.until - now) / 1000)} s`;
}

function named(models: readonly string[]): string {
  const others = models.length - shownModels;
  return models.slice(0, shownModels).join(", ") + (others > 0 ? ` and ${others} more` : "");
}

function remarks(backend: BackendState, now: number): string | null {
  const { config, health } = backend;
  const models = Object.keys(health.modelBreakers).filter((model) => isModelEjected(backend, model, now));
  if (models.length > 0) return `Left alone for a while after failures: ${named(models)}`;
  if (health.reach.kind === "up" && health.reach.reason) {
    return `Its health check fails: ${describeFailure(config, health.reach.reason)}`;
  }
  return null;
}
