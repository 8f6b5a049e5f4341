import { type ModelParts, modelParts } from "./model_parts.ts";

/** A model of this many times the size is another kind of thing, and costs so. */
const mostTimes = 10;
/** A model of a smaller part than this is no stand-in. */
const leastPart = 0.4;
/** Two sizes that differ less are one size, rounded by two shops. */
const sameSize = 0.25;

/** Vectors of two models cannot be compared, so nothing stands in for one of these. */
const embeds = /embed|minilm|(^|[/-])(bge|gte|e5)-/i;

export interface SuggestOptions {
  /** The size where the name does not say it, in thousand millions of weights. */
  sizeB?: number;
}

/**
 * The model among `available` that comes nearest to the one called `name`: of the same family, else nothing; then by
 * size; `undefined` when none may stand in. Pure.
 */
export function suggestMapping(
  name: string,
  available: readonly string[],
  { sizeB }: SuggestOptions = {},
): string | undefined {
  const wanted = modelParts(name);
  if (wanted.family === "" || embeds.test(name)) return undefined;
  const asked = { ...wanted, sizeB: wanted.sizeB ?? sizeB };
  return familiesOf(available).get(wanted.family)
    ?.flatMap(({ name, parts }) => fits(asked, parts) ? [{ name, rank: rankOf(asked, name, parts) }] : [])
    .sort((a, b) => compare(a.rank, b.rank))[0]?.name;
}

type Families = Map<string, { name: string; parts: ModelParts }[]>;

/** A shop has hundreds of models and is asked for each of another's; its list is replaced, never changed. */
const known = new WeakMap<readonly string[], Families>();

function familiesOf(available: readonly string[]): Families {
  const before = known.get(available);
  if (before) return before;
  const families: Families = new Map();
  for (const name of available) {
    const parts = modelParts(name);
    const family = families.get(parts.family);
    if (family) family.push({ name, parts });
    else families.set(parts.family, [{ name, parts }]);
  }
  known.set(available, families);
  return families;
}

function fits({ sizeB: wanted }: ModelParts, { sizeB }: ModelParts): boolean {
  if (wanted === undefined || sizeB === undefined) return true;
  return sizeB <= wanted * mostTimes && sizeB >= wanted * leastPart;
}

/** The smaller the better: by size, then by what else differs, then the plainest name. */
function rankOf(wanted: ModelParts, name: string, parts: ModelParts): (number | string)[] {
  const differing = parts.details.filter((one) => !wanted.details.includes(one)).length +
    wanted.details.filter((one) => !parts.details.includes(one)).length;
  return [...sizeRank(wanted.sizeB, parts.sizeB), differing, name.length, name];
}

function sizeRank(wanted: number | undefined, has: number | undefined): number[] {
  // Of sizes that nobody told, the one that is not told here either, then the smallest.
  if (wanted === undefined) return [has === undefined ? 0 : 1, has ?? 0];
  if (has === undefined) return [2, 0];
  const distance = Math.abs(Math.log(has / wanted));
  return distance <= sameSize ? [0, 0] : [1, distance];
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}
