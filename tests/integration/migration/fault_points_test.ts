import { assert } from "@std/assert";
import { assertFinished, assertKept } from "../../support/migration/assert_kept.ts";
import { type Fault, FaultyPorts } from "../../support/migration/fault_points.ts";
import { MemoryVault } from "../../support/migration/memory_vault.ts";
import { migrateInTest } from "../../support/migration/migrate_in_test.ts";
import { MigrationHome } from "../../support/migration/migration_home.ts";
import { type OldFileCase, oldFileCases } from "../../support/migration/old_files.ts";

const faults: readonly Fault[] = ["ends before", "ends after", "fails"];

/** Whether the nth call was there to break. */
async function breakAt(at: number, fault: Fault, old: OldFileCase): Promise<boolean> {
  await using home = await MigrationHome.make(old.text, { mode: 0o644 });
  if (old.isReadOnly) await home.makeReadOnly();
  const vault = new MemoryVault();
  const kept = () => vault.values.get("cloudtolocalllm");
  const faulty = new FaultyPorts(at, fault);
  await migrateInTest(home, vault, { wrap: faulty.wrap });
  const when = `${old.name}, ${fault} ${faulty.calls[at]} (${at})`;
  await assertKept(home, old, kept(), when);
  if (faulty.calls.slice(0, fault === "ends before" ? at : at + 1).includes("files.makePrivate")) {
    if (!(fault === "fails" && faulty.calls[at] === "files.makePrivate")) await home.assertPrivate();
  }
  await migrateInTest(home, vault);
  await assertFinished(home, old, kept(), `${when}, and once more`);
  await home.assertPrivate();
  return faulty.wasMet;
}

for (const old of oldFileCases) {
  for (const fault of faults) {
    Deno.test(`a migration that ${fault} any of its calls loses nothing, and the next one finishes: ${old.name}`, async () => {
      let at = 0;
      while (await breakAt(at, fault, old)) at++;
      assert(at >= (old.token ? 12 : 4), `${at} calls`);
    });
  }
}
