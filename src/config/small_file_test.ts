import { assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/support/in_time.ts";
import { readConfigFile } from "./config_file.ts";
import { readSmallFile, readSmallTextFile, UnfitFile } from "./small_file.ts";

async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("readSmallFile() reads a file, also by a link and one without a size", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "héllo");
  await Deno.symlink("file", `${folder.path}/link`);
  assertEquals(await readSmallTextFile(`${folder.path}/link`), "héllo");
  assertEquals((await readSmallTextFile("/proc/self/status")).startsWith("Name:"), true);
});

Deno.test("readSmallFile() reads no pipe, device, folder or large file", async () => {
  await using folder = await temporaryFolder();
  const pipe = `${folder.path}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const large = `${folder.path}/large`;
  await Deno.writeFile(large, new Uint8Array(1_048_577));
  const table = [
    [pipe, "is not a regular file"],
    ["/dev/zero", "is not a regular file"],
    [folder.path, "is a folder"],
    [large, "is larger than 1048576 bytes"],
  ];
  for (const [path, words] of table) await assertRejects(() => inTime(path, readSmallFile(path)), UnfitFile, words);
  await assertRejects(() => readSmallFile(`${folder.path}/none`), Deno.errors.NotFound);
});

Deno.test("readConfigFile() says why a pipe or a large file is no configuration", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/config.json`;
  await new Deno.Command("mkfifo", { args: [path] }).output();
  const reasonOf = async () => {
    const { result } = await inTime("the configuration is read", readConfigFile(path));
    return result.ok ? undefined : result.problems[0].reason;
  };
  assertEquals(await reasonOf(), "is not a regular file");
  await Deno.remove(path);
  await Deno.writeFile(path, new Uint8Array(1_048_577).fill(0x20));
  assertEquals(await reasonOf(), "is larger than 1048576 bytes");
});
