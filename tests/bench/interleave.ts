/**
 * Measures every target once a round, in a different order each round, so that a busy moment of the machine and a warm
 * cache favour none. Gives each target's values, round by round.
 */
export async function interleave<T extends { name: string }, V>(
  rounds: number,
  targets: readonly T[],
  measure: (target: T) => Promise<V>,
): Promise<Map<string, V[]>> {
  const values = new Map(targets.map(({ name }): [string, V[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < targets.length; turn++) {
      const target = targets[(round + turn) % targets.length];
      values.get(target.name)!.push(await measure(target));
    }
  }
  return values;
}
