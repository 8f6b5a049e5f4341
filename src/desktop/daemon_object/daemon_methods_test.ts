import { assertEquals, assertRejects } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { BusError, type Value } from "../../dbus/types.ts";
import type { ConnectionTest } from "../../state/connection_report.ts";
import { daemonMethods } from "./daemon_methods.ts";

const caller = { sender: ":1.9" };

function methodsOf(scene: DesktopScene, testBackend = scene.context.commands.testBackend) {
  const context = { ...scene.context, commands: { ...scene.context.commands, testBackend } };
  const { signal } = new AbortController();
  const methods = daemonMethods({ context, perform: () => Promise.resolve(), signal });
  return async (member: string, ...args: Value[]) => await methods[member].call(args, caller);
}

Deno.test("TestBackend runs one test of a backend, and tells all who asked meanwhile", async () => {
  const ends: ((result: ConnectionTest | Error) => void)[] = [];
  const tested: string[] = [];
  const call = methodsOf(new DesktopScene(), (id) => {
    tested.push(id);
    return new Promise((resolve, reject) =>
      ends.push((result) => result instanceof Error ? reject(result) : resolve(result))
    );
  });
  const test = (id: string) => Array.from({ length: 20 }, () => call("TestBackend", id));
  const [local, cloud] = [test("local"), test("cloud")];
  assertEquals(tested, ["local", "cloud"]);
  ends[0]({
    backend: "local",
    ok: true,
    steps: [{ name: "connect", ok: true, detail: "Answered", durationMs: 1, advice: null }],
  });
  ends[1](new Error("The broker ended"));
  assertEquals(await Promise.all(local), Array(20).fill([true, "Answered"]));
  for (const each of cloud) await assertRejects(() => each, Error, "The broker ended");
  const again = [call("TestBackend", "local"), call("TestBackend", "cloud")];
  assertEquals(tested, ["local", "cloud", "local", "cloud"]);
  for (const end of ends) end({ backend: "x", ok: false, steps: [] });
  assertEquals(await Promise.all(again), [[false, "Nothing was tested"], [false, "Nothing was tested"]]);
});

Deno.test("PauseCloud says how long a pause may be", async () => {
  const scene = new DesktopScene();
  const call = methodsOf(scene);
  for (const seconds of [86_401, 4_294_967_295]) {
    const refused = await assertRejects(() => call("PauseCloud", seconds), BusError);
    assertEquals(refused.busName, "org.freedesktop.DBus.Error.InvalidArgs");
    assertEquals(refused.message, "A pause lasts 86400 seconds (a day) at most; 0 lasts until it is ended");
  }
  await call("PauseCloud", 86_400);
  assertEquals(scene.commands, [["pauseCloud", 86_400_000]]);
});
