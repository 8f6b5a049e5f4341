import { assertEquals, assertRejects } from "@std/assert";
import { PortFile } from "./port_file.ts";

async function scene(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "port-file-" });
  try {
    await body(`${folder}/.cloudtolocalllm/tray_port`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const fileOf = (path: string, port: number, living: readonly number[] = []) =>
  new PortFile({ path, port, isDaemonAt: (other) => Promise.resolve(living.includes(other)) });

Deno.test("PortFile is claimed from nobody and from the dead, and left to the living", async () => {
  await scene(async (path) => {
    assertEquals(await fileOf(path, 1).claim(), { kind: "ours" });
    assertEquals(await fileOf(path, 2, [1]).claim(), { kind: "other", port: 1 });
    assertEquals(await Deno.readTextFile(path), "1");
    assertEquals(await fileOf(path, 2).claim(), { kind: "ours" });
    assertEquals(await Deno.readTextFile(path), "2");
    assertEquals(await fileOf(path, 2, [2]).claim(), { kind: "ours" });
  });
});

Deno.test("PortFile is removed only while it is ours", async () => {
  await scene(async (path) => {
    const first = fileOf(path, 1);
    await first.claim();
    await Deno.writeTextFile(path, "2");
    await first.remove();
    assertEquals(await Deno.readTextFile(path), "2");
    await fileOf(path, 2).remove();
    await fileOf(path, 2).remove();
    assertEquals(await Deno.lstat(path).catch(() => "gone"), "gone");
  });
});

Deno.test("PortFile does not follow a link that somebody has put in its place", async () => {
  await scene(async (path) => {
    await fileOf(path, 1).claim();
    await Deno.remove(path);
    await Deno.writeTextFile(`${path}.other`, "precious");
    await Deno.symlink(`${path}.other`, path);
    await fileOf(path, 3).claim();
    assertEquals([await Deno.readTextFile(path), await Deno.readTextFile(`${path}.other`)], ["3", "precious"]);
  });
});

Deno.test("PortFile says what is in its way", async () => {
  await scene(async (path) => {
    await Deno.mkdir(path, { recursive: true });
    await assertRejects(() => fileOf(path, 1).claim(), Error, `Cannot read ${path}: is a folder`);
  });
});
