import { type Breaker, closedBreaker, type HealthState, modelBreaker } from "../state/health_state.ts";

/** How many models of a backend may have a breaker: clients may invent as many names as they like. */
const maxBreakers = 256;

/** The state with one model's breaker changed. */
export function withModelBreaker(
  state: HealthState,
  model: string,
  change: (breaker: Breaker) => Breaker,
): HealthState {
  const breaker = change(modelBreaker(state, model) ?? closedBreaker);
  return { ...state, modelBreakers: { ...state.modelBreakers, [model]: breaker } };
}

/** The state without one model's breaker. */
export function withoutModelBreaker(state: HealthState, model: string): HealthState {
  const others = Object.entries(state.modelBreakers).filter(([name]) => name !== model);
  return { ...state, modelBreakers: Object.fromEntries(others) };
}

/**
 * The state with no more breakers of models than are kept: first goes one that is over, else the oldest.
 * `at` is of the monotonic clock, in ms.
 */
export function withinLimit(state: HealthState, options: { at: number; forgetMs: number }): HealthState {
  const entries = Object.entries(state.modelBreakers);
  if (entries.length <= maxBreakers) return state;
  const [surplus] = entries.find(([, breaker]) => isOver(breaker, options)) ?? entries[0];
  return withoutModelBreaker(state, surplus);
}

/** Whether it lets everything pass again, and failures that it counted are forgotten. */
function isOver(breaker: Breaker, { at, forgetMs }: { at: number; forgetMs: number }): boolean {
  if (breaker.kind === "closed") return at - breaker.lastFailureAt > forgetMs;
  return breaker.kind === "open" && breaker.until <= at;
}
