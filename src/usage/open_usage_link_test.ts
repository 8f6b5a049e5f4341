import { assertEquals, assertRejects } from "@std/assert";
import { openUsage } from "./open_usage.ts";

Deno.test("openUsage() follows no link, and leaves what it leads to as it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/mine`, "my own words", { mode: 0o644 });
    await Deno.symlink(`${folder}/mine`, `${folder}/usage.db`);
    await assertRejects(() => openUsage(`${folder}/usage.db`), Error, "a link or a folder");
    const { mode } = await Deno.stat(`${folder}/mine`);
    assertEquals([mode! & 0o777, await Deno.readTextFile(`${folder}/mine`)], [0o644, "my own words"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
