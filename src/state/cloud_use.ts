import { dayText } from "../core/calendar_month.ts";
import { figureText } from "../core/figure_text.ts";
import type { Config } from "../config/schema.ts";

/** What clouds have used in one calendar month. */
export interface CloudCount {
  /** `2026-01`, by local time. */
  month: string;
  /** When the next month begins, ms since 1970. */
  endsAt: number;
  /** Of questions and answers together. */
  tokens: number;
  /** Of those, the ones that no cloud counted and that were guessed here. */
  estimated: number;
  /** When counting began, ms since 1970, where that was not with the month; `null`: nothing is left out. */
  since: number | null;
  /** How much of the cap was used when the daemon found its count, in percent: of that the user was told before. */
  toldBefore: CapLevel;
}

/** The parts of the cap that are worth telling, in percent. */
export type CapLevel = 0 | 80 | 100;

/** The count beside what the user set for it. */
export interface CloudUse extends CloudCount {
  /** `null`: there is none. */
  cap: number | null;
  atCap: Config["limits"]["atCap"];
  isReached: boolean;
}

export const noCloudUse: CloudUse = {
  month: "",
  endsAt: 0,
  tokens: 0,
  estimated: 0,
  since: null,
  toldBefore: 0,
  cap: null,
  atCap: "stop-cloud",
  isReached: false,
};

/** The count under these limits. */
export function cloudUse(count: CloudCount, limits: Config["limits"]): CloudUse {
  const { monthlyCloudTokens: cap, atCap } = limits;
  const { month, endsAt, tokens, estimated, since } = count;
  const isReached = cap !== null && tokens >= cap;
  const toldBefore = Math.min(count.toldBefore, capLevel({ tokens, cap })) as CapLevel;
  return { month, endsAt, tokens, estimated, since, toldBefore, cap, atCap, isReached };
}

/** How far the cap is used, in the steps that are told. */
export function capLevel({ tokens, cap }: Pick<CloudUse, "tokens" | "cap">): CapLevel {
  if (cap === null) return 0;
  return tokens >= cap ? 100 : tokens >= cap * 0.8 ? 80 : 0;
}

/** Whether the cap keeps requests from clouds now. */
export function stopsCloud({ isReached, atCap }: Pick<CloudUse, "isReached" | "atCap">): boolean {
  return isReached && atCap === "stop-cloud";
}

/** That the cap is reached, as part of a sentence. */
export function capWords({ cap, tokens, until }: { cap: number; tokens: number; until: number }): string {
  const used = `${figureText(tokens)} used`;
  return `the month's cap of ${figureText(cap)} cloud tokens is reached (${used}) until ${dayText(until)}`;
}
