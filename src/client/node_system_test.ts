import { assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/support/in_time.ts";
import { nodeSystem } from "./node_system.ts";

Deno.test("nodeSystem() reads small files with their mode, and knows none that are not there", async () => {
  const system = await nodeSystem();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a`, "ü", { mode: 0o640 });
    assertEquals(await system.readFile(`${folder}/a`), { text: "ü", mode: 0o640 });
    assertEquals(await system.readFile(`${folder}/b`), undefined);
    assertEquals(await system.readFile(`${folder}/a/b`), undefined);
    await Deno.writeFile(`${folder}/c`, new Uint8Array(65_537));
    await assertRejects(() => system.readFile(`${folder}/c`), Error, "it has more than 65536 bytes");
    await assertRejects(() => system.readFile(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("nodeSystem() runs programs to their end, and no longer than they may", async () => {
  const { run } = await nodeSystem();
  assertEquals(await run(["sh", "-c", "printf 'a b'; exit 3"], { timeoutMs: 5_000 }), { code: 3, stdout: "a b" });
  assertEquals(await run(["no-such-program-here"], { timeoutMs: 5_000 }), undefined);
  assertEquals(await run(["sleep", "60"], { timeoutMs: 20 }), { code: null, stdout: "" });
});

Deno.test("nodeSystem() starts what lives on, and tells its end to who waits for it", async () => {
  const { startDetached } = await nodeSystem();
  const started = await startDetached(["sh", "-c", "exit 4"]);
  // It keeps nobody waiting who does not wait himself.
  assertEquals(await inTime("it ends", started!.ended), 4);
  assertEquals(await startDetached(["no-such-program-here"]), undefined);
});

Deno.test({
  name: "nodeSystem() asks for no permission, and says which it lacks",
  permissions: { env: [], read: false, run: false },
  async fn() {
    const system = await nodeSystem();
    assertEquals(system.env("HOME"), undefined);
    assertEquals(await system.run(["true"], { timeoutMs: 1_000 }), undefined);
    await assertRejects(() => system.readFile("/run/x"), Error, "may not read it (--allow-read=/run/x)");
  },
});
