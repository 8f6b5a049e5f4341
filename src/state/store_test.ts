import { assertEquals } from "@std/assert";
import { Store } from "./store.ts";

Deno.test("Store tells its subscribers of each replacement, with the state before", () => {
  const store = new Store(1);
  const seen: [number, number][] = [];
  const end = store.subscribe((state, previous) => seen.push([state, previous]));
  store.update((state) => state + 1);
  store.update((state) => state);
  store.update(() => 5);
  end();
  store.update(() => 6);
  assertEquals([seen, store.state], [[[2, 1], [5, 2]], 6]);
});

Deno.test("Store lets a subscriber leave while it is told", () => {
  const store = new Store(0);
  const seen: string[] = [];
  const end = store.subscribe((state) => {
    end();
    seen.push(`a${state}`);
  });
  store.subscribe((state) => seen.push(`b${state}`));
  store.update(() => 1);
  store.update(() => 2);
  assertEquals(seen, ["a1", "b1", "b2"]);
});
