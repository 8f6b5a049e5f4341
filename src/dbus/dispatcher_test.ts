import { assert, assertEquals, assertFalse, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { hasProgram, isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { type Bus, BusError, type Caller, type ExportedInterface, type Value } from "./types.ts";
import { variant } from "./variant.ts";

const path = "/org/example/Thing";
const errors = "org.freedesktop.DBus.Error.";
const inherited = ["emit", "toString", "__proto__", "constructor", "hasOwnProperty", "valueOf", "then"];

/** An object with every kind of member, and what it was called with. */
class Thing {
  readonly calls: [member: string, args: readonly Value[], caller: Caller][] = [];
  volume = 3;

  readonly exported: ExportedInterface = {
    name: "org.example.Thing",
    methods: {
      Add: { in: [["a", "i"], ["b", "i"]], out: [["sum", "i"]], call: ([a, b]) => [Number(a) + Number(b)] },
      Note: {
        in: [["what", "a{sv}"]],
        out: [],
        call: (args, caller) => {
          this.calls.push(["Note", args, caller]);
          return [];
        },
      },
      Slow: { in: [], out: [["s", "s"]], answersLater: true, call: () => Promise.resolve(["later"]) },
      Throw: {
        in: [],
        out: [],
        call: () => {
          throw new TypeError("broken\n    at secret.ts:1");
        },
      },
      Reject: {
        in: [],
        out: [],
        answersLater: true,
        call: () => Promise.reject(new BusError("org.example.Error.Busy", "busy")),
      },
      BadName: {
        in: [],
        out: [],
        answersLater: true,
        call: () => Promise.reject(new BusError("not a name", "odd")),
      },
      Odd: { in: [], out: [["n", "i"]], call: () => ["not a number"] },
      Few: { in: [], out: [["n", "i"]], call: () => [] },
      None: { in: [], out: [["n", "i"]], call: () => undefined as unknown as Value[] },
      Null: { in: [], out: [["n", "i"]], call: () => null as unknown as Value[] },
    },
    properties: {
      Name: { signature: "s", get: () => "thing" },
      Volume: { signature: "u", get: () => this.volume, set: (value) => void (this.volume = Number(value)) },
      Broken: {
        signature: "s",
        emitsChange: false,
        get: () => {
          throw new Error("no");
        },
        set: () => Promise.reject(new Error("cannot")) as unknown as void,
      },
      Wrong: { signature: "ay", get: () => 7 },
    },
    signals: { Changed: [["old", "s"], ['new <&>"', "a(ii)"]] },
  };
}

class Scene implements AsyncDisposable {
  readonly thing = new Thing();
  readonly #daemon: PrivateBus;
  readonly ours: Bus;
  readonly peer: Bus;

  private constructor(daemon: PrivateBus, ours: Bus, peer: Bus) {
    this.#daemon = daemon;
    this.ours = ours;
    this.peer = peer;
    ours.export(path, this.thing.exported);
  }

  static async start(): Promise<Scene> {
    const daemon = await PrivateBus.start();
    return new Scene(daemon, await daemon.connect(), await daemon.connect());
  }

  call(member: string, signature?: string, body?: readonly Value[], at: { path?: string; interface?: string } = {}) {
    const call = { destination: this.ours.uniqueName, path, interface: "org.example.Thing", member, signature, body };
    return this.peer.call({ ...call, ...at });
  }

  properties(member: string, signature: string, body: readonly Value[]) {
    return this.call(member, signature, body, { interface: "org.freedesktop.DBus.Properties" });
  }

  connect(): Promise<Bus> {
    return this.#daemon.connect();
  }

  /** Runs a program against the bus; its output and whether it succeeded. */
  async run(program: string, ...args: string[]): Promise<{ text: string; success: boolean }> {
    const env = { DBUS_SESSION_BUS_ADDRESS: this.#daemon.address, LC_ALL: "C" };
    const { stdout, stderr, success } = await new Deno.Command(program, { args, env }).output();
    return { text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr), success };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
  }
}

async function assertRefused(name: string, call: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => call, BusError);
  assertEquals(error.busName, errors + name, error.message);
  assertFalse(/\n|\.ts:/.test(error.message), error.message);
}

function busTest(name: string, fn: (scene: Scene) => Promise<void>, ...programs: string[]): void {
  const isMissing = programs.some((program) => !hasProgram(program)) && Deno.env.get("CI") === undefined;
  Deno.test({
    name,
    ignore: isBusMissing || isMissing,
    async fn() {
      await using scene = await Scene.start();
      await fn(scene);
    },
  });
}

busTest("Dispatcher.answer() calls declared methods with what they declare", async (scene) => {
  assertEquals(await scene.call("Add", "ii", [2, 3]), [5]);
  assertEquals(await scene.call("Slow"), ["later"]);
  assertEquals(await scene.call("Note", "a{sv}", [{ a: variant("ay", [1, 2]), b: variant("x", 3n) }]), []);
  assertEquals(scene.thing.calls, [
    ["Note", [{ __proto__: null, a: new Uint8Array([1, 2]), b: 3n } as unknown as Value], {
      sender: scene.peer.uniqueName,
    }],
  ]);
});

busTest("Dispatcher.answer() refuses arguments that were not declared", async (scene) => {
  await assertRefused("InvalidArgs", scene.call("Add"));
  await assertRefused("InvalidArgs", scene.call("Add", "i", [1]));
  await assertRefused("InvalidArgs", scene.call("Add", "iu", [1, 2]));
  await assertRefused("InvalidArgs", scene.call("Add", "iii", [1, 2, 3]));
  await assertRefused("InvalidArgs", scene.call("Slow", "s", ["x"]));
  await assertRefused("InvalidArgs", scene.properties("Get", "s", ["org.example.Thing"]));
  await assertRefused("InvalidArgs", scene.properties("Set", "sss", ["org.example.Thing", "Volume", "1"]));
  await assertRefused("InvalidArgs", scene.properties("GetAll", "as", [[]]));
  assertEquals(scene.thing.volume, 3);
});

busTest("Dispatcher.answer() knows nothing that was not declared", async (scene) => {
  for (const name of inherited) {
    await assertRefused("UnknownMethod", scene.call(name));
    await assertRefused("UnknownMethod", scene.call(name, "s", ["x"], { interface: undefined }));
    await assertRefused("UnknownInterface", scene.call("Add", "ii", [1, 2], { interface: `a.${name}` }));
    await assertRefused("UnknownObject", scene.call("Add", "ii", [1, 2], { path: `/${name}` }));
    await assertRefused("UnknownProperty", scene.properties("Get", "ss", ["org.example.Thing", name]));
    await assertRefused("UnknownInterface", scene.properties("Get", "ss", [name, "Name"]));
    await assertRefused("UnknownInterface", scene.properties("GetAll", "s", [name]));
    const value = variant("s", "x");
    await assertRefused("UnknownProperty", scene.properties("Set", "ssv", ["org.example.Thing", name, value]));
  }
  await assertRefused("UnknownInterface", scene.call("Add", "ii", [1, 2], { path: "/org" }));
});

busTest("Dispatcher.answer() answers what fails with an error that tells no stack", async (scene) => {
  await assertRefused("Failed", scene.call("Throw"));
  for (const member of ["Odd", "Few", "None", "Null", "BadName"]) await assertRefused("Failed", scene.call(member));
  const error = await assertRejects(() => scene.call("Reject"), BusError, "busy");
  assertEquals(error.busName, "org.example.Error.Busy");
  assertEquals(await scene.call("Slow"), ["later"]);
});

busTest("Dispatcher.answer() finds a member without its interface when only one has it", async (scene) => {
  const bare = { path: "/bare", interface: undefined };
  const add = scene.thing.exported.methods!.Add;
  scene.ours.export("/bare", { name: "org.example.One", methods: { Add: add, Both: add } });
  scene.ours.export("/bare", { name: "org.example.Two", methods: { Both: add } });
  assertEquals(await scene.call("Add", "ii", [1, 2], bare), [3]);
  assertEquals(await scene.call("Ping", undefined, undefined, bare), []);
  await assertRefused("UnknownMethod", scene.call("Both", "ii", [1, 2], bare));
});

busTest("Properties are read and set as declared", async (scene) => {
  assertEquals(await scene.properties("Get", "ss", ["org.example.Thing", "Name"]), ["thing"]);
  assertEquals(await scene.properties("Get", "ss", ["", "Volume"]), [3]);
  assertEquals(await scene.properties("Set", "ssv", ["org.example.Thing", "Volume", variant("u", 9)]), []);
  assertEquals(scene.thing.volume, 9);
  const set = (name: string, value: Value) => scene.properties("Set", "ssv", ["org.example.Thing", name, value]);
  await assertRefused("InvalidArgs", set("Volume", variant("i", 9)));
  await assertRefused("PropertyReadOnly", set("Name", variant("s", "x")));
  await assertRefused("Failed", set("Broken", variant("s", "x")));
  await assertRefused("Failed", scene.properties("Get", "ss", ["org.example.Thing", "Broken"]));
  await assertRefused("Failed", scene.properties("Get", "ss", ["org.example.Thing", "Wrong"]));
});

busTest("GetAll leaves out what cannot be read", async (scene) => {
  scene.ours.export("/good", { name: "org.example.Good", properties: { A: scene.thing.exported.properties!.Name } });
  scene.ours.export("/good", { name: "org.example.Bad", properties: { B: scene.thing.exported.properties!.Broken } });
  const at = { path: "/good", interface: "org.freedesktop.DBus.Properties" };
  assertEquals(await scene.call("GetAll", "s", [""], at), [{ __proto__: null, A: "thing" } as unknown as Value]);
  assertEquals(await scene.call("GetAll", "s", ["org.example.Bad"], at), [{ __proto__: null } as unknown as Value]);
});

busTest("Bus.export() ends with what it returned, and refuses the same interface twice", async (scene) => {
  const added: ExportedInterface = { name: "org.example.More", methods: { Ping: scene.thing.exported.methods!.Slow } };
  const remove = scene.ours.export(path, added);
  const at = { interface: "org.example.More" };
  assertEquals(await scene.call("Ping", undefined, undefined, at), ["later"]);
  await assertRejects(() => Promise.try(() => scene.ours.export(path, added)), TypeError, "already");
  remove();
  remove();
  await assertRefused("UnknownInterface", scene.call("Ping", undefined, undefined, at));
  scene.ours.export(path, added);
});

busTest("A peer's thousand hostile calls leave the object as it was", async (scene) => {
  const names = [...inherited, "Add", "Note", "Throw", "Odd", "Get", "Set"];
  const bodies: [signature: string, body: Value[]][] = [
    ["", []],
    ["s", ["__proto__"]],
    ["ii", [2 ** 31 - 1, -1]],
    ["ssv", ["org.example.Thing", "__proto__", variant("a{sv}", {})]],
    ["a{sv}", [{ constructor: variant("s", "x") }]],
    ["v", [variant("v", variant("v", variant("ay", new Uint8Array(1000))))]],
  ];
  const interfaces = ["org.example.Thing", "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.Introspectable"];
  for (let i = 0; i < 1000; i++) {
    const [signature, body] = bodies[i % bodies.length];
    const at = { path: i % 7 === 0 ? "/__proto__" : path, interface: interfaces[i % 3] };
    await scene.call(names[i % names.length], signature, body, at).catch((error) => assert(error instanceof BusError));
  }
  assertEquals(await scene.call("Add", "ii", [2, 3]), [5]);
  assertEquals(({} as Record<string, unknown>).x, undefined);
  assertFalse(scene.ours.closed.aborted);
});

/** A method that answers when the returned function is called, and how often it can be called by one peer more. */
function exportWaiting(scene: Scene) {
  const gate = Promise.withResolvers<Value[]>();
  const wait = { in: [], out: [], answersLater: true, call: () => gate.promise } as const;
  scene.ours.export("/waiting", { name: "org.example.Waiting", methods: { Wait: wait } });
  const at = { path: "/waiting", interface: "org.example.Waiting", member: "Wait" };
  const flood = (peer: Bus, length: number) =>
    Array.from({ length }, () => peer.call({ destination: scene.ours.uniqueName, ...at }))
      .map((call) => call.then(() => "done", (error) => (error as BusError).busName.slice(errors.length)));
  return { flood, open: () => gate.resolve([]) };
}

const count = (ends: readonly string[], end: string) => ends.filter((each) => each === end).length;

busTest(
  "Dispatcher.answer() lets a peer that keeps methods busy lock nobody out, nor itself of the rest",
  async (scene) => {
    const { flood, open } = exportWaiting(scene);
    const ends = flood(scene.peer, 300);
    assertEquals(await scene.call("Add", "ii", [2, 3]), [5]);
    assertEquals(await scene.properties("Get", "ss", ["org.example.Thing", "Name"]), ["thing"]);
    assertEquals(await scene.properties("Set", "ssv", ["org.example.Thing", "Volume", variant("u", 9)]), []);
    assertEquals(await scene.call("Ping", undefined, undefined, { interface: "org.freedesktop.DBus.Peer" }), []);
    const introspectable = { interface: "org.freedesktop.DBus.Introspectable" };
    assertMatch(String(await scene.call("Introspect", undefined, undefined, introspectable)), /org\.example\.Thing/);
    await assertRefused("LimitsExceeded", scene.call("Slow"));
    const other = await scene.connect();
    const slow = { destination: scene.ours.uniqueName, path, interface: "org.example.Thing", member: "Slow" };
    assertEquals(await other.call(slow), ["later"]);
    open();
    const ended = await Promise.all(ends);
    assertEquals([count(ended, "done"), count(ended, "LimitsExceeded")], [16, 284]);
    assertEquals(await scene.call("Slow"), ["later"]);
  },
);

busTest("Dispatcher.answer() refuses more calls of all peers than it can hold", async (scene) => {
  const { flood, open } = exportWaiting(scene);
  const peers = await Promise.all(Array.from({ length: 20 }, () => scene.connect()));
  const ends = peers.flatMap((peer) => flood(peer, 16));
  const last = await scene.connect();
  // Its call comes after those of the others, which the bus has passed on by now.
  const getId = { destination: "org.freedesktop.DBus", path: "/", interface: "org.freedesktop.DBus", member: "GetId" };
  await Promise.all(peers.map((peer) => peer.call(getId)));
  assertEquals(await Promise.all(flood(last, 1)), ["LimitsExceeded"]);
  open();
  const ended = await Promise.all(ends);
  assertEquals([count(ended, "done"), count(ended, "LimitsExceeded")], [256, 64]);
});

busTest("busctl sees what is declared, and calls it", async (scene) => {
  const name = scene.ours.uniqueName;
  const busctl = (...args: string[]) => scene.run("busctl", "--user", ...args);
  const { text, success } = await busctl("introspect", name, path, "org.example.Thing");
  assert(success, text);
  assertMatch(text, /\.Add +method +ii +i/);
  assertMatch(text, /\.Volume +property +u +3 +emits-change writable/);
  assertMatch(text, /\.Changed +signal +sa\(ii\)/);
  const tree = await busctl("tree", "--list", name);
  assertEquals(tree.text.trim().split("\n"), ["/", "/org", "/org/example", path]);
  assertEquals((await busctl("call", name, path, "org.example.Thing", "Add", "ii", "2", "40")).text.trim(), "i 42");
  assertEquals((await busctl("get-property", name, path, "org.example.Thing", "Volume")).text.trim(), "u 3");
  assert((await busctl("set-property", name, path, "org.example.Thing", "Volume", "u", "8")).success);
  assertEquals(scene.thing.volume, 8);
  for (const member of inherited) {
    const refused = await busctl("call", name, path, "org.example.Thing", member);
    assertStringIncludes(refused.text, "has no such method");
  }
}, "busctl");

busTest(
  "dbus-send and gdbus understand us",
  async (scene) => {
    const name = scene.ours.uniqueName;
    const send = (...args: string[]) => scene.run("dbus-send", "--session", "--print-reply", `--dest=${name}`, ...args);
    const peerName = "org.freedesktop.DBus.Peer";
    assertMatch((await send("/anything", `${peerName}.Ping`)).text, /method return/);
    assertMatch(
      (await send("/anything", `${peerName}.GetMachineId`)).text,
      /string "[0-9a-f]{32}"|no readable machine id/,
    );
    assertMatch((await send(path, "org.example.Thing.Add", "int32:1", "int32:2")).text, /int32 3/);
    assertMatch((await send(path, "org.example.Thing.Add", "string:x")).text, /Error\.InvalidArgs/);
    assertMatch((await send("/no", "org.example.Thing.Add")).text, /Error\.UnknownObject/);
    const introspected = await scene.run("gdbus", "introspect", "--session", "--dest", name, "--object-path", path);
    assertStringIncludes(introspected.text, "interface org.example.Thing {");
    assertStringIncludes(introspected.text, "readwrite u Volume");
  },
  "dbus-send",
  "gdbus",
);
