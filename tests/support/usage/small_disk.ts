/** A test with a folder on a disk of so many bytes. Mounting one takes root; who is not skips it, which its name says. */
export function smallDiskTest(name: string, bytes: number, fn: (folder: string) => Promise<void>): void {
  const isRoot = Deno.uid() === 0;
  Deno.test({ name: isRoot ? name : `${name} (needs root)`, ignore: !isRoot, fn: () => onSmallDisk(bytes, fn) });
}

async function onSmallDisk(bytes: number, body: (folder: string) => Promise<void>): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "small-disk-" });
  try {
    await run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", place);
    try {
      await Deno.mkdir(`${place}/disk`);
      await body(`${place}/disk`);
    } finally {
      await run("umount", "-l", place);
    }
  } finally {
    await Deno.remove(place);
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}
