import { assert } from "@std/assert";
import { Random } from "../../support/chaos/random.ts";
import { FakeSecretService } from "../../support/fake_secret_service.ts";
import { assertFinished, assertKept } from "../../support/migration/assert_kept.ts";
import { MigrationHome } from "../../support/migration/migration_home.ts";
import { type OldFileCase, oldFileCases } from "../../support/migration/old_files.ts";
import { startMigrating } from "../../support/migration/start_migrating.ts";
import { isBusMissing, PrivateBus } from "../../support/private_bus.ts";

const rounds = 6;

/** A home and a keyring, and what they have of the token. */
async function killOnce(old: OldFileCase, { bus, random, longestMs }: {
  bus: PrivateBus;
  random: Random;
  longestMs: number;
}): Promise<void> {
  using keyring = await FakeSecretService.start(bus);
  const kept = () => [...keyring.items.values()].find(({ attributes }) => attributes.name === "cloudtolocalllm")?.value;
  await using home = await MigrationHome.make(old.text);
  if (old.isReadOnly) await home.makeReadOnly();
  // Twice: what one has left is killed as well.
  for (let kill = 0; kill < 2; kill++) {
    const how = random.pick(["migrate", "start"] as const);
    await using child = await startMigrating(home, { how, bus });
    const ms = random.next() * longestMs;
    await child.killAfter(ms);
    await assertKept(home, old, kept(), `${old.name}: ${how} killed after ${ms} ms`);
    await home.assertPrivate();
  }
  await using child = await startMigrating(home, { how: "migrate", bus });
  assert(await child.isOver(), `${old.name}: the last one ends`);
  await assertFinished(home, old, kept(), old.name);
  await home.assertPrivate();
}

/** What a migration takes here and now, in ms, so that the kills fall into it. */
async function measure(old: OldFileCase, bus: PrivateBus): Promise<number> {
  using _keyring = await FakeSecretService.start(bus);
  await using home = await MigrationHome.make(old.text);
  await using child = await startMigrating(home, { how: "start", bus });
  const begun = performance.now();
  await child.isOver();
  return performance.now() - begun;
}

async function killAtRandom(old: OldFileCase, random: Random): Promise<void> {
  await using bus = await PrivateBus.start();
  const longestMs = await measure(old, bus);
  for (let round = 0; round < rounds; round++) await killOnce(old, { bus, random, longestMs });
}

for (const [index, old] of oldFileCases.entries()) {
  const title = `a migration that is killed at any time loses neither token nor settings, and the next one finishes`;
  Deno.test({
    name: `${title}: ${old.name}${isBusMissing ? " (not installed: dbus-daemon)" : ""}`,
    ignore: isBusMissing,
    fn: async () => {
      const seed = Number(Deno.env.get("MIGRATION_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
      try {
        await killAtRandom(old, new Random(seed).fork(index));
      } catch (error) {
        throw new Error(`With MIGRATION_SEED=${seed}`, { cause: error });
      }
    },
  });
}

Deno.test({
  name: `two migrations at once do the work of one${isBusMissing ? " (not installed: dbus-daemon)" : ""}`,
  ignore: isBusMissing,
  fn: async () => {
    const [old] = oldFileCases;
    await using bus = await PrivateBus.start();
    using keyring = await FakeSecretService.start(bus);
    await using home = await MigrationHome.make(old.text);
    await using one = await startMigrating(home, { how: "migrate", bus });
    await using other = await startMigrating(home, { how: "start", bus });
    await Promise.all([one.isOver(), other.isOver()]);
    await assertFinished(home, old, [...keyring.items.values()][0]?.value, "both");
    assert(keyring.items.size === 1);
    await home.assertPrivate();
  },
});
