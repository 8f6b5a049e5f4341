import { assertEquals } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import type { OwnCommands } from "./check.ts";
import { portFileFindings } from "./checks/port_file_check.ts";
import { seePortFile } from "./port_file_sight.ts";

/** One connection's answer to a PING; `undefined`: it closes. */
async function sees(answer: (id: string) => string | undefined, text?: (port: number) => string) {
  const home = await Deno.makeTempDir();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = (listener.addr as Deno.NetAddr).port;
  const serving = (async () => {
    using connection = await listener.accept();
    const bytes = new Uint8Array(1_024);
    const count = await connection.read(bytes) ?? 0;
    const said = answer(JSON.parse(new TextDecoder().decode(bytes.subarray(0, count))).id);
    if (said !== undefined) await connection.write(new TextEncoder().encode(said));
  })();
  try {
    await Deno.mkdir(`${home}/.cloudtolocalllm`);
    await Deno.writeTextFile(`${home}/.cloudtolocalllm/tray_port`, text?.(port) ?? `${port}`);
    return (await seePortFile(home, { clock: systemClock })).kind;
  } finally {
    listener.close();
    await serving.catch(() => {});
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("seePortFile() tells our app link, which knows ids, from the predecessor, and both from anybody else", async () => {
  assertEquals(await sees((id) => `{"status":"pong","id":"${id}"}\n`), "ours");
  assertEquals(await sees(() => '{"status": "pong"}\n'), "predecessor");
  assertEquals(await sees(() => "HTTP/1.1 400 Bad Request\r\n\r\n"), "stale");
  assertEquals(await sees(() => '{"error":"no"}\n'), "stale");
  assertEquals(await sees(() => undefined), "stale");
});

Deno.test("seePortFile() believes no file without a port", async () => {
  for (const text of ["", "port", "0", "70000", "1 2"]) {
    assertEquals(await sees(() => undefined, () => text), "stale", text);
  }
  assertEquals(await seePortFile("/nowhere", { clock: systemClock }), { kind: "none" });
  assertEquals(await seePortFile(undefined, { clock: systemClock }), { kind: "none" });
});

Deno.test("portFileFindings() removes what nobody serves, and restarts who should have written it", () => {
  const commands = { restart: "ctl restart" } as OwnCommands;
  const stale = { kind: "stale", file: "/h/a b" } as const;
  const remedy = (isServed: boolean) => portFileFindings(stale, { isServed, commands })[0].remedy;
  assertEquals([remedy(false), remedy(true)], ["rm '/h/a b'", "ctl restart"]);
  const told = (kind: "ours" | "predecessor") =>
    portFileFindings({ kind, file: "/h", port: 7 }, { isServed: true, commands });
  assertEquals([
    told("ours")[0].id,
    told("predecessor"),
    portFileFindings({ kind: "none" }, { isServed: true, commands }),
  ], [
    "port-file",
    [],
    [],
  ]);
});
