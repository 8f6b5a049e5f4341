/**
 * Runs `body` with a folder on a disk of so many bytes; loudly skips it where none can be mounted, which takes root. In
 * continuous integration that fails.
 */
export async function onSmallDisk(bytes: number, body: (folder: string) => Promise<void>): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "small-disk-" });
  const mounted = await run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", place);
  if (!mounted) {
    await Deno.remove(place);
    if (Deno.env.get("CI")) throw new Error("No disk can be mounted here; run this as root");
    console.warn("SKIPPED: no disk can be mounted here; run this as root");
    return;
  }
  try {
    await Deno.mkdir(`${place}/disk`);
    await body(`${place}/disk`);
  } finally {
    await run("umount", "-l", place);
    await Deno.remove(place);
  }
}

async function run(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
