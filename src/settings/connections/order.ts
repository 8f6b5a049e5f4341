import type { ConfigInput } from "../../config/schema.ts";

type BackendInput = NonNullable<ConfigInput["backends"]>[number];

/** Ids of the backends of one location, first asked first. */
export function orderOf(backends: readonly BackendInput[], location: string): string[] {
  return backends.filter((one) => one.location === location)
    .toSorted((a, b) => (a.priority ?? 1) - (b.priority ?? 1))
    .map(({ id }) => id);
}

/**
 * The backends with `id` at place `to` (from 0) among those of its location. All of these then have a priority of their
 * own: with the same one they would share the load. Pure; the same list when there is no such backend.
 */
export function moved(backends: readonly BackendInput[], id: string, to: number): BackendInput[] {
  const one = backends.find((backend) => backend.id === id);
  if (!one) return [...backends];
  const others = orderOf(backends, one.location).filter((other) => other !== id);
  const order = others.toSpliced(Math.max(0, to), 0, id);
  const placed = backends.map((backend) => {
    const place = order.indexOf(backend.id);
    return place < 0 ? backend : { ...backend, priority: place + 1 };
  });
  // The file reads in the order in which they are asked.
  const inOrder = order.map((orderedId) => placed.find((backend) => backend.id === orderedId)!);
  return placed.map((backend) => backend.location === one.location ? inOrder.shift()! : backend);
}
