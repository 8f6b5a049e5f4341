/** Held by the one migration that runs. The system gives it back when its process ends, however that ends. */
export interface MigrationLock extends Disposable {
  /** Ours, as files that this process makes have it. */
  ownUid: number | null;
}

/** `undefined`: another process has it. Rejects when there is no place for it. */
export async function lockMigration(stateDir: string): Promise<MigrationLock | undefined> {
  await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
  const path = `${stateDir}/migration.lock`;
  // To open a pipe would be to wait for who reads it.
  const there = await Deno.lstat(path).catch(() => undefined);
  if (there && !there.isFile) throw new Error(`${path} is no file; move it away`);
  const file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
  try {
    if (!await file.tryLock(true)) return void file.close();
    const { uid } = await file.stat();
    return { ownUid: uid, [Symbol.dispose]: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}
