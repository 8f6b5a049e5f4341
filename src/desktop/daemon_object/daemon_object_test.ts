import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BusScene, roundTripsUntil } from "../../../tests/support/bus_scene.ts";
import { DesktopScene, type DesktopSceneOptions } from "../../../tests/support/desktop_context.ts";
import { settle } from "../../../tests/support/fake_clock.ts";
import { serveHealth } from "../../../tests/support/health_server.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import { type Bus, BusError, type Value } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";
import type { BusLink } from "../bus_link.ts";
import { daemonInterface, daemonName, daemonPath } from "./daemon_names.ts";
import { createDaemonObject } from "./daemon_object.ts";
import { Role } from "./role.ts";

const ignore = isBusMissing;
const properties = "org.freedesktop.DBus.Properties";

interface Started extends AsyncDisposable {
  desktop: BusScene;
  role: Role;
}

async function start(options: DesktopSceneOptions & { bus?: PrivateBus } = {}): Promise<Started> {
  const desktop = await BusScene.start({ config: { backends: [] }, ...options });
  const role = new Role();
  desktop.run(createDaemonObject(desktop.context, { link: desktop.link, perform: desktop.perform, role }));
  return {
    desktop,
    role,
    async [Symbol.asyncDispose]() {
      await desktop[Symbol.asyncDispose]();
      assertEquals(desktop.fakeClock.pending, 0);
    },
  };
}

/** A peer on the bus of a daemon that owns the name. */
async function peerOf({ desktop, role }: Started): Promise<Bus> {
  const peer = await desktop.bus.connect();
  await roundTripsUntil("the daemon owns the name", peer, () => role.isPrimary);
  return peer;
}

function call(peer: Bus, member: string, signature?: string, body?: Value[], of = daemonInterface) {
  return peer.call({ destination: daemonName, path: daemonPath, interface: of, member, signature, body });
}

Deno.test({ name: "the daemon's object carries out what it is told", ignore }, async () => {
  const steps = [{ name: "connect", ok: false, detail: "Nothing listens there", durationMs: 1, advice: "Start it" }];
  await using daemon = await start({
    config: { backends: [{ id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" }] },
    connectionTests: { local: { backend: "local", ok: false, steps } },
  });
  const peer = await peerOf(daemon);
  const { desktop } = daemon;
  await call(peer, "SetMode", "s", ["cloud-first"]);
  assertEquals(await call(peer, "TestBackend", "s", ["local"]), [false, "Nothing listens there. Start it"]);
  await call(peer, "PauseCloud", "u", [60]);
  await call(peer, "ResumeCloud");
  await call(peer, "PauseCloud", "u", [0]);
  assertEquals(desktop.commands, [
    ["setMode", "cloud-first"],
    ["testBackend", "local"],
    ["pauseCloud", 60_000],
    ["resumeCloud"],
    ["pauseCloud"],
  ]);
  await call(peer, "OpenSettings", "s", ["token"]);
  await call(peer, "OpenSettings", "s", [""]);
  await call(peer, "Quit");
  assertEquals(desktop.performed, [
    [{ do: "open_settings" }, { activationToken: "token" }],
    [{ do: "open_settings" }, { activationToken: undefined }],
    [{ do: "quit" }, {}],
  ]);
});

Deno.test({ name: "the daemon's object says what is wrong with a call", ignore }, async () => {
  const config = { backends: [{ id: "local", kind: "ollama", url: "http://127.0.0.1:1", location: "local" }] } as const;
  await using daemon = await start({
    config: { backends: [...config.backends] },
    failing: { setMode: new Error("The configuration file cannot be written") },
  });
  const peer = await peerOf(daemon);
  const refused = async (member: string, signature: string, body: Value[], of = daemonInterface) => {
    const { busName, message } = await assertRejects(() => call(peer, member, signature, body, of), BusError);
    return `${busName.split(".").at(-1)}: ${message}`;
  };
  const modes = "local-first, cloud-first, local-only, cloud-only, fastest";
  assertEquals(await refused("SetMode", "s", ["sideways"]), `InvalidArgs: A mode is one of ${modes}`);
  assertEquals(await refused("SetMode", "s", ["fastest"]), "Failed: The configuration file cannot be written");
  assertEquals(await refused("TestBackend", "s", ["nosuch"]), "InvalidArgs: A backend is one of local");
  assertStringIncludes(await refused("SetMode", "u", [1]), "InvalidArgs");
  assertStringIncludes(
    await refused("Set", "ssv", [daemonInterface, "Mode", variant("s", "fastest")], properties),
    "Mode",
  );
  const application = "org.freedesktop.Application";
  assertStringIncludes(await refused("ActivateAction", "sava{sv}", ["x", [], {}], application), "settings, quit");
});

Deno.test({ name: "the daemon's object is the application of a desktop entry", ignore }, async () => {
  await using daemon = await start();
  const peer = await peerOf(daemon);
  const platform = { "activation-token": variant("s", "token"), "desktop-startup-id": variant("s", "x") };
  const application = (member: string, signature: string, body: Value[]) =>
    call(peer, member, signature, body, "org.freedesktop.Application");
  await application("Activate", "a{sv}", [platform]);
  await application("Activate", "a{sv}", [{ "activation-token": variant("u", 1) }]);
  await application("Open", "asa{sv}", [["file:///x"], platform]);
  await application("ActivateAction", "sava{sv}", ["settings", [variant("s", "x")], platform]);
  await application("ActivateAction", "sava{sv}", ["quit", [], {}]);
  const open = { do: "open_settings" } as const;
  const token = { activationToken: "token" };
  assertEquals(daemon.desktop.performed, [[open, token], [open, {}], [open, token], [open, token], [
    { do: "quit" },
    {},
  ]]);
});

Deno.test({ name: "the daemon's object tells together what differs, and only that", ignore }, async () => {
  await using daemon = await start();
  const peer = await peerOf(daemon);
  const { desktop } = daemon;
  const changes: Value[] = [];
  let seen = Promise.withResolvers<void>();
  const rule = { sender: daemonName, path: daemonPath, interface: properties, member: "PropertiesChanged" };
  await peer.watch(rule, ({ body }) => {
    changes.push(body);
    seen.resolve();
  });
  const seeBackends = (...backends: ReturnType<typeof backendState>[]) =>
    desktop.store.update((state) => ({ ...state, backends }));
  for (let i = 0; i < 1_000; i++) seeBackends(backendState({}, { inFlight: i }));
  await desktop.fakeClock.advance(99);
  seeBackends(backendState(), backendState(cloudInput));
  await desktop.fakeClock.advance(1);
  await inTime("the first signal", seen.promise);
  seen = Promise.withResolvers();
  seeBackends(backendState({}, { latencyMs: 3 }), backendState(cloudInput, { inFlight: 1 }));
  await desktop.fakeClock.advance(100);
  desktop.store.update((state) => ({ ...state, chosenMode: "fastest" }));
  await desktop.fakeClock.advance(100);
  await inTime("the second signal", seen.promise);
  const [first, second] = changes as [string, Record<string, Value>, string[]][];
  assertEquals(changes.length, 2);
  assertEquals([first[0], Object.keys(first[1]).sort(), first[2]], [
    daemonInterface,
    ["ActiveBackend", "Backends", "State"],
    [],
  ]);
  assertEquals((first[1].Backends as { id: string }[]).map(({ id }) => id), ["local", "cloud"]);
  assertEquals(second[1], Object.assign(Object.create(null), { Mode: "fastest" }));
});

Deno.test({ name: "the daemon's object tells when an ejection ends by itself", ignore }, async () => {
  const until = 30_000;
  const breaker = { kind: "open", until, reason: "http_500", ejections: 1, generation: 1 } as const;
  await using daemon = await start({ backends: [backendState({}, { health: { breaker } })] });
  const peer = await peerOf(daemon);
  const seen = Promise.withResolvers<Value>();
  await peer.watch({ sender: daemonName, interface: properties }, ({ body }) => seen.resolve(body[1]));
  await daemon.desktop.fakeClock.advance(until + 100);
  const changed = await inTime("the signal", seen.promise);
  assertEquals((changed as Record<string, Value>).State, "connected");
});

Deno.test({ name: "the daemon's object is introspected by other libraries", ignore }, async () => {
  await using daemon = await start({ backends: [backendState(), backendState(cloudInput, { latencyMs: 2 })] });
  await peerOf(daemon);
  const { address } = daemon.desktop.bus;
  const send = async (...args: string[]) => {
    const options = [`--bus=${address}`, "--print-reply=literal", `--dest=${daemonName}`, daemonPath, ...args];
    const { stdout, stderr } = await new Deno.Command("dbus-send", { args: options }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  };
  const xml = await send("org.freedesktop.DBus.Introspectable.Introspect");
  for (const name of [daemonInterface, "org.freedesktop.Application", properties]) {
    assertStringIncludes(xml, `<interface name="${name}">`);
  }
  for (const member of ["SetMode", "TestBackend", "OpenSettings", "PauseCloud", "ResumeCloud", "Quit", "Activate"]) {
    assertStringIncludes(xml, `<method name="${member}"`);
  }
  assertStringIncludes(xml, `<property name="Backends" type="aa{sv}" access="read"`);
  const all = await send(`${properties}.GetAll`, `string:${daemonInterface}`);
  assertStringIncludes(all, "cloud.invalid");
  assertStringIncludes(await send(`${daemonInterface}.SetMode`, "string:x"), "A mode is one of");
});

for (const givesWayQuietly of [false, true]) {
  const name = givesWayQuietly
    ? "a second daemon that was started quietly ends, and opens nothing"
    : "a second daemon of the user lets the first open its settings, and ends";
  Deno.test({ name, ignore }, async () => {
    await using bus = await PrivateBus.start();
    await using server = serveHealth();
    const address = `http://127.0.0.1:${server.addr.port}`;
    await using first = await start({ bus, address });
    await peerOf(first);
    await using second = await start({ bus, givesWayQuietly, env: { XDG_ACTIVATION_TOKEN: "click" } });
    await inTime("the second ends", second.desktop.command(([name]) => name === "quit"));
    const opened = [[{ do: "open_settings" }, { activationToken: "click" }]];
    assertEquals<unknown[]>(first.desktop.performed, givesWayQuietly ? [] : opened);
    assertEquals([first.desktop.commands, second.desktop.performed], [[], []]);
    assertEquals([first.role.isPrimary, second.role.isPrimary], [true, false]);
    const { level, fields } = await second.desktop.logged(/this one ends$/);
    assertEquals([level, fields], ["info", { address }]);
  });
}

Deno.test({ name: "a daemon does not end for a program that only says that it is the first", ignore }, async () => {
  await using other = serveHealth(() => new Response("hello"));
  await using own = serveHealth();
  const address = `http://127.0.0.1:${own.addr.port}`;
  const lies = [
    `http://127.0.0.1:${other.addr.port}`,
    `http://localhost:${own.addr.port}`,
    "http://10.255.255.1:11435",
    `${address}/\u001b[2J`,
  ];
  for (const lie of lies) {
    await using bus = await PrivateBus.start();
    await using squatter = await start({ bus, address: lie });
    await peerOf(squatter);
    await using daemon = await start({ bus, address });
    const { level } = await daemon.desktop.logged(/A program that does not answer as a broker has this daemon's name/);
    assertEquals([level, daemon.role.isDecided, daemon.role.isPrimary], ["warn", true, false]);
    await squatter.desktop.stop();
    await roundTripsUntil("the daemon takes its name", await bus.connect(), () => daemon.role.isPrimary);
    assertEquals([daemon.desktop.commands, squatter.desktop.performed], [[], []]);
  }
});

Deno.test({ name: "a daemon that was started beside stays, and takes the name when it is free", ignore }, async () => {
  await using bus = await PrivateBus.start();
  await using beside = await start({ bus, isTheOne: false, address: "http://127.0.0.1:9" });
  let peer: Bus;
  {
    await using first = await start({ bus, isTheOne: false });
    peer = await bus.connect();
    await roundTripsUntil("both know who they are", peer, () => first.role.isDecided && beside.role.isDecided);
    const roles = [first.role.isPrimary, beside.role.isPrimary].sort();
    assertEquals(roles, [false, true]);
    const [loser] = [first, beside].filter(({ role }) => !role.isPrimary);
    await loser.desktop.logged(/runs without tray and notifications/);
    assertEquals([first.desktop.performed, beside.desktop.performed], [[], []]);
    await first.desktop.stop();
  }
  await roundTripsUntil("the other takes the name", peer, () => beside.role.isPrimary);
  const [address] = await call(peer, "Get", "ss", [daemonInterface, "Address"], properties);
  assertEquals(address, "http://127.0.0.1:9");
});

Deno.test({ name: "the user's daemon does not end for one that was started beside", ignore }, async () => {
  await using bus = await PrivateBus.start();
  await using theOne = await (async () => {
    await using beside = await start({ bus, isTheOne: false });
    await peerOf(beside);
    const later = await start({ bus });
    await later.desktop.logged(/Another daemon stands for this session/);
    assertEquals([later.role.isDecided, later.role.isPrimary], [true, false]);
    return later;
  })();
  await peerOf(theOne);
  assertEquals(theOne.desktop.commands, []);
});

Deno.test({ name: "the daemon that serves already does not end because the bus was restarted", ignore }, async () => {
  await using bus = await PrivateBus.start();
  await using daemon = await start({ bus });
  await peerOf(daemon);
  await using server = serveHealth();
  const address = `http://127.0.0.1:${server.addr.port}`;
  await bus.restart();
  const thief = await bus.connect();
  const says = (signature: string, value: Value) => ({ signature, get: () => value });
  const claims = { Address: says("s", address), Beside: says("b", false) };
  thief.export(daemonPath, { name: daemonInterface, properties: claims });
  await thief.requestName(daemonName);
  await daemon.desktop.logged(/Another daemon stands for this session/);
  thief.close();
  const peer = await bus.connect();
  await roundTripsUntil("the daemon has its name again", peer, () => daemon.role.isPrimary);
  assertEquals(daemon.desktop.commands, []);
});

Deno.test({ name: "without a bus the daemon stands for itself", ignore }, async () => {
  await using bus = await PrivateBus.start();
  await bus.stop();
  await using daemon = await start({ bus });
  await daemon.desktop.fakeClock.advance(2_999);
  assertEquals(daemon.role.isDecided, false);
  await daemon.desktop.fakeClock.advance(1);
  assertEquals(daemon.role.isPrimary, true);
});

Deno.test("a bus that ends before it has said whose the name is leaves the daemon to stand for itself", async () => {
  const scene = new DesktopScene({ config: { backends: [] } });
  const closed = new AbortController();
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<never>();
  closed.signal.addEventListener("abort", () => gone.reject(closed.signal.reason));
  // All that is asked of it before it ends; it answers nothing.
  const bus = { closed: closed.signal, watchName: () => (asked.resolve(), gone.promise) } as unknown as Bus;
  const link = { bus, subscribe: () => () => {} } as unknown as BusLink;
  const role = new Role();
  const stop = new AbortController();
  const perform = () => Promise.resolve();
  const running = createDaemonObject(scene.context, { link, perform, role }).run(stop.signal);
  await asked.promise;
  await scene.fakeClock.advance(60_000);
  assertEquals(role.isDecided, false);
  closed.abort(new Error("The bus has ended"));
  await settle();
  await scene.fakeClock.advance(3_000);
  assertEquals(role.isPrimary, true);
  stop.abort();
  await running;
  assertEquals(scene.fakeClock.pending, 0);
});
