import { assertEquals, assertRejects } from "@std/assert";
import type { SecretStore } from "../../src/secrets/secret_store.ts";
import { SecretError } from "../../src/state/secrets.ts";

export interface StoreScene extends AsyncDisposable {
  store: SecretStore;
  /** Another object on the same home, as after a restart. */
  reopen(): Promise<SecretStore>;
  /** Puts a value there past the store, as another program would. */
  plant(name: string, value: string): Promise<void>;
}

export interface SuiteOptions {
  open: () => Promise<StoreScene>;
  /** How tests are declared. Default: `Deno.test`. */
  test?: (name: string, fn: () => Promise<void>) => void;
  /** The home can only be read. */
  isReadOnly?: boolean;
}

/** What every home of secrets does alike; `what` is its name. */
export function secretStoreSuite(what: string, options: SuiteOptions): void {
  const { open, test = (name, fn) => Deno.test(name, fn), isReadOnly = false } = options;

  test(`${what} gives what is there, and nothing else`, async () => {
    await using scene = await open();
    await scene.plant("cloud", "sk-one");
    const { store } = scene;
    assertEquals([await store.get("cloud"), await store.get("other"), await store.get("CLOUDS")], [
      "sk-one",
      undefined,
      undefined,
    ]);
    assertEquals(await store.list(), ["cloud"]);
  });

  test(`${what} reads by the rule of all values: trimmed, empty is none, no control characters`, async () => {
    await using scene = await open();
    await scene.plant("cloud", " \tsk-one\r\n");
    assertEquals(await scene.store.get("cloud"), "sk-one");
    await scene.plant("cloud", " \n");
    assertEquals(await scene.store.get("cloud"), undefined);
    for (const value of ["two\nlines", "sk-ä", "nul\u0001"]) {
      await scene.plant("cloud", value);
      const error = await assertRejects(() => scene.store.get("cloud"), SecretError, "Cannot use the token");
      assertEquals([error.code, error.message.includes(value)], ["failed", false]);
    }
  });

  test(`${what} takes nothing for a name that is none, and does not repeat it`, async () => {
    await using scene = await open();
    for (const name of ["", "a b", "../x", "-a", "sk-abcdefghij", "a".repeat(65), "a\n"]) {
      const error = await assertRejects(() => scene.store.get(name), SecretError);
      assertEquals([error.code, name.length > 3 && error.message.includes(name)], ["invalid", false]);
    }
    assertEquals([await scene.store.get("constructor"), await scene.store.get("toString")], [undefined, undefined]);
  });

  test(`${what} ends with the signal's reason`, async () => {
    await using scene = await open();
    const reason = new Error("I have enough");
    if (!isReadOnly) {
      await assertRejects(() => scene.store.set("a", "b", { signal: AbortSignal.abort(reason) }), Error, "enough");
    }
    if (!isReadOnly) assertEquals(await scene.store.list(), []);
  });

  if (isReadOnly) return readOnlySuite(what, { open, test });

  test(`${what} keeps, replaces and forgets`, async () => {
    await using scene = await open();
    const { store } = scene;
    await store.set("cloud", " sk-one\n");
    await store.set("Work_2", "sk-two");
    assertEquals([await store.get("cloud"), await store.get("Work_2")], ["sk-one", "sk-two"]);
    await store.set("cloud", "sk-three");
    const again = await scene.reopen();
    assertEquals([await again.get("cloud"), await again.list()], ["sk-three", ["Work_2", "cloud"]]);
    assertEquals([await again.delete("cloud"), await again.delete("cloud")], [true, false]);
    assertEquals([await store.get("cloud"), await store.list()], [undefined, ["Work_2"]]);
  });

  test(`${what} keeps up to 64 KiB of whatever a header can carry`, async () => {
    await using scene = await open();
    const all = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32)).trim();
    const largest = all.repeat(700).slice(0, 65_536).trim().padEnd(65_536, "x");
    await scene.store.set("large", largest);
    assertEquals(await scene.store.get("large") === largest, true);
    for (const value of ["", " \n", "a\nb", "ä", "a\0b", `${largest}x`]) {
      const error = await assertRejects(() => scene.store.set("cloud", value), SecretError);
      assertEquals(error.code, "invalid");
    }
    assertEquals(await scene.store.list(), ["large"]);
  });

  test(`${what} stands several calls at once`, async () => {
    await using scene = await open();
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => scene.store.set(name, `value of ${name}`)));
    assertEquals(
      await Promise.all(names.map((name) => scene.store.get(name))),
      names.map((name) => `value of ${name}`),
    );
    await Promise.all(names.map((name) => scene.store.delete(name)));
    assertEquals(await scene.store.list(), []);
  });
}

function readOnlySuite(what: string, { open, test }: Required<Pick<SuiteOptions, "open" | "test">>): void {
  test(`${what} cannot be changed`, async () => {
    await using scene = await open();
    await scene.plant("cloud", "sk-one");
    for (const change of [() => scene.store.set("cloud", "sk-two"), () => scene.store.delete("cloud")]) {
      assertEquals((await assertRejects(change, SecretError, "overrides")).code, "read_only");
    }
    assertEquals(await scene.store.get("cloud"), "sk-one");
  });
}
