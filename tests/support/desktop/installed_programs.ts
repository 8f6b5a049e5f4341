/** Whether `program` is in the PATH of this process. */
function isInstalled(program: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * A test that needs programs of the desktop. Where one is missing it fails in CI, where tests/install_programs.sh has
 * run, and is skipped elsewhere, saying which.
 */
export function desktopTest(name: string, needs: readonly string[], fn: (t: Deno.TestContext) => Promise<void>): void {
  const missing = needs.filter((program) => !isInstalled(program));
  const ignore = missing.length > 0 && Deno.env.get("CI") === undefined;
  Deno.test({ name: missing.length > 0 ? `${name} (not installed: ${missing.join(", ")})` : name, ignore, fn });
}
