import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeSecretService, type FakeSecretServiceMoods } from "../../../tests/support/fake_secret_service.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { systemClock } from "../../core/clock.ts";
import type { Bus, Value } from "../../dbus/types.ts";
import { SecretError, type SecretErrorCode } from "../../state/secrets.ts";
import { sessionKeyring } from "./connect_keyring.ts";
import { KeyringSecrets } from "./keyring_secrets.ts";

const ours = { application: "cloudtolocalllm", name: "cloud" };
const mayPrompt = { mayPrompt: true };

interface Scene extends AsyncDisposable {
  bus: PrivateBus;
  service: FakeSecretService;
  store: KeyringSecrets;
  /** Connections that the store has opened. */
  connections: Bus[];
}

async function start(moods: FakeSecretServiceMoods = {}): Promise<Scene> {
  const bus = await PrivateBus.start();
  const service = await FakeSecretService.start(bus, moods);
  const connections: Bus[] = [];
  const connect = async () => {
    const connection = await bus.connect();
    connections.push(connection);
    return connection;
  };
  const store = new KeyringSecrets({ connect, clock: systemClock });
  return { bus, service, store, connections, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
}

function test(name: string, fn: () => Promise<void>): void {
  const named = `KeyringSecrets ${name}`;
  Deno.test({ name: isBusMissing ? `${named} (not installed: dbus-daemon)` : named, ignore: isBusMissing, fn });
}

async function assertFails(work: () => Promise<unknown>, code: SecretErrorCode, words = ""): Promise<void> {
  const error = await assertRejects(() => inTime(`it fails with ${code}`, work()), SecretError, words);
  assertEquals(error.code, code, error.message);
}

test("closes its session and its connection after each call, also after one that failed", async () => {
  await using scene = await start();
  await scene.store.set("cloud", "sk-one");
  await scene.store.get("cloud");
  scene.service.moods.twist = ([session, parameters]) => [session, parameters, new Uint8Array(17), "text/plain"];
  await assertFails(() => scene.store.get("cloud"), "failed");
  assertEquals([scene.service.openSessions, scene.connections.map(({ closed }) => closed.aborted)], [
    0,
    [true, true, true],
  ]);
});

test("labels what it keeps, and puts no value into the attributes", async () => {
  await using scene = await start();
  await scene.store.set("cloud", "sk-one");
  const [{ label, attributes }] = scene.service.items.values();
  assertEquals([label, attributes], ["CloudToLocalLLM: cloud", {
    "xdg:schema": "online.cloudtolocalllm.Secret",
    application: "cloudtolocalllm",
    name: "cloud",
  }]);
});

test("sends values as they are only where the service encrypts nothing", async () => {
  await using scene = await start({ plainOnly: true });
  await scene.store.set("cloud", "sk-one");
  assertEquals(await scene.store.get("cloud"), "sk-one");
  scene.service.moods.plainOnly = false;
  let seen = "";
  scene.service.moods.twist = (secret) => {
    seen = new TextDecoder().decode(secret[2] as Uint8Array);
    return secret;
  };
  assertEquals([await scene.store.get("cloud"), seen.includes("sk-one")], ["sk-one", false]);
});

test("reads the newest of several, and leaves one when it writes", async () => {
  await using scene = await start();
  scene.service.put(ours, "sk-old", 5n);
  scene.service.put({ ...ours, "xdg:schema": "org.freedesktop.Secret.Generic" }, "sk-new", 9n);
  scene.service.put(ours, "sk-older", 1n);
  assertEquals(await scene.store.get("cloud"), "sk-new");
  await scene.store.set("cloud", "sk-set");
  assertEquals([...scene.service.items.values()].map(({ value }) => value), ["sk-set"]);
});

test("asks nothing of its own accord: a locked keyring is told", async () => {
  await using scene = await start();
  scene.service.put(ours, "sk-one");
  scene.service.setLocked(true);
  const { store } = scene;
  const asked = [() => store.get("cloud"), () => store.get("other"), () => store.list()];
  for (const work of [...asked, () => store.set("cloud", "sk-two"), () => store.delete("cloud")]) {
    await assertFails(work, "locked", "The keyring is locked");
  }
  assertEquals([await store.status(), await store.has("cloud"), await store.has("other")], [
    { state: "locked", detail: "The keyring is locked" },
    true,
    false,
  ]);
  assertEquals(scene.service.calls.filter((member) => ["Unlock", "Prompt"].includes(member)), []);
});

test("has the user unlock it where that is allowed, and hears an answer that comes at once", async () => {
  await using scene = await start();
  scene.service.put(ours, "sk-one");
  scene.service.setLocked(true);
  assertEquals(await scene.store.get("cloud", mayPrompt), "sk-one");
  scene.service.setLocked(true);
  await scene.store.set("cloud", "sk-two", mayPrompt);
  scene.service.setLocked(true);
  await scene.store.unlock(mayPrompt);
  assertEquals([scene.service.isLocked, (await scene.store.status()).state], [false, "available"]);
  scene.service.setLocked(true);
  assertEquals(await scene.store.delete("cloud", mayPrompt), true);
});

test("waits for questions that come with keeping and deleting, too", async () => {
  await using scene = await start({ asksAlways: true });
  await assertFails(() => scene.store.set("cloud", "sk-one"), "locked");
  await scene.store.set("cloud", "sk-one", mayPrompt);
  assertEquals(await scene.store.get("cloud"), "sk-one");
  scene.service.moods.user = "dismisses";
  await assertFails(() => scene.store.delete("cloud", mayPrompt), "dismissed");
  scene.service.moods.user = "accepts";
  assertEquals(await scene.store.delete("cloud", mayPrompt), true);
});

test("honours a question that was closed", async () => {
  await using scene = await start({ user: "dismisses" });
  scene.service.setLocked(true);
  await assertFails(() => scene.store.set("cloud", "sk-one", mayPrompt), "dismissed", "closed without an answer");
  await assertFails(() => scene.store.unlock(mayPrompt), "dismissed");
  assertEquals(scene.service.items.size, 0);
});

test("closes its question when whoever asked leaves", async () => {
  await using scene = await start({ user: "waits" });
  scene.service.setLocked(true);
  const caller = new AbortController();
  const asked = scene.service.called("Prompt");
  const closed = scene.service.called("Dismiss");
  const setting = scene.store.set("cloud", "sk-one", { ...mayPrompt, signal: caller.signal });
  const left = assertRejects(() => setting, Error, "I have left");
  await inTime("the user is asked", asked);
  caller.abort(new Error("I have left"));
  await left;
  await inTime("the question is closed", closed);
});

test("gives an unanswered question five minutes, and a call five seconds", async () => {
  await using scene = await start({ user: "waits" });
  scene.service.setLocked(true);
  const clock = new FakeClock();
  const store = new KeyringSecrets({ connect: () => scene.bus.connect(), clock });
  const asked = scene.service.called("Prompt");
  const late = assertFails(() => store.set("cloud", "sk-one", mayPrompt), "failed", "within 5 minutes");
  await asked;
  await clock.advance(300_000);
  await late;
  assertEquals(clock.pending, 0);
  scene.service.setLocked(false);
  scene.service.moods.hangsIn = "SearchItems";
  const from = performance.now();
  await assertFails(() => scene.store.get("cloud"), "failed", "did not answer within 5 s");
  assertEquals(performance.now() - from < 15_000, true);
});

for (const member of ["OpenSession", "SearchItems", "ReadAlias", "CreateItem", "Close"]) {
  test(`says so when the service ends in ${member}, and works with the next one`, async () => {
    await using scene = await start({ endsIn: member });
    const work = scene.store.set("cloud", "sk-one");
    // When it ends last of all, everything was done.
    if (member === "Close") await work;
    else await assertFails(() => work, "failed", "The keyring failed");
    scene.service.moods.endsIn = undefined;
    await scene.service.restart();
    await scene.store.set("cloud", "sk-two");
    assertEquals(await scene.store.get("cloud"), "sk-two");
  });
}

test("says so when the service ends while the user is asked", async () => {
  await using scene = await start({ user: "waits" });
  scene.service.setLocked(true);
  const asked = scene.service.called("Prompt");
  const failing = assertFails(() => scene.store.set("cloud", "sk-one", mayPrompt), "failed");
  await asked;
  scene.service[Symbol.dispose]();
  await failing;
});

test("says so when the bus ends", async () => {
  await using scene = await start({ user: "waits" });
  scene.service.setLocked(true);
  const asked = scene.service.called("Prompt");
  const failing = assertFails(() => scene.store.set("cloud", "sk-one", mayPrompt), "failed");
  await asked;
  await scene.bus.stop();
  await failing;
  await assertRejects(() => scene.store.get("cloud"));
});

test("says that there is no keyring: no bus, none that answers, no service, no collection", async () => {
  const env = (variables: Record<string, string>) => (name: string) => variables[name];
  const clock = systemClock;
  const none = new KeyringSecrets({ connect: sessionKeyring({ env: env({}), clock }), clock });
  await assertFails(() => none.get("cloud"), "no_keyring", "this session has no message bus");
  const gone = env({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere/bus" });
  const dead = new KeyringSecrets({ connect: sessionKeyring({ env: gone, clock }), clock });
  await assertFails(() => dead.get("cloud"), "no_keyring", "cannot be reached");
  assertEquals((await dead.status()).state, "absent");
  await using scene = await start({ noDefault: true });
  scene.service[Symbol.dispose]();
  await assertFails(() => scene.store.get("cloud"), "no_keyring", "no Secret Service runs");
  assertStringIncludes((await scene.store.status()).detail, "no Secret Service runs in this session");
});

test("uses the login collection where no default is set", async () => {
  await using scene = await start({ noDefault: true });
  await scene.store.set("cloud", "sk-one");
  assertEquals([await scene.store.get("cloud"), (await scene.store.status()).state], ["sk-one", "available"]);
});

const bytes = (length: number) => new Uint8Array(length);
const hostile: [what: string, moods: FakeSecretServiceMoods, words: string][] = [
  ["an IV of the wrong length", { twist: ([s, , v, t]) => [s, bytes(8), v, t] }, "its IV has 8 bytes, not 16"],
  ["another IV", { twist: ([s, , v, t]) => [s, bytes(16), v, t] }, "a secret cannot be read"],
  ["no whole block", { twist: ([s, p, , t]) => [s, p, bytes(15), t] }, "not encrypted with the key of the session"],
  // One random padding in 256 is a good one, of no text.
  ["bad padding", { twist: ([s, p, , t]) => [s, p, bytes(32), t] }, "a secret cannot be read"],
  ["nothing", { twist: ([s, p, , t]) => [s, p, bytes(0), t] }, "not encrypted with the key of the session"],
  ["an oversized secret", { twist: ([s, p, , t]) => [s, p, bytes(70_000), t] }, "longer than 64 KiB"],
  ["a message beyond all bounds", { twist: ([s, p, , t]) => [s, p, bytes(1 << 20), t] }, "cannot be read"],
  ["a key of 0", { publicKey: bytes(128) }, "no key that is safe to use"],
  ["a key of 1", { publicKey: Uint8Array.of(1) }, "no key that is safe to use"],
  ["a key that is too long", { publicKey: bytes(129).fill(7) }, "no key that is safe to use"],
  ["no key", { publicKey: bytes(0) }, "no key that is safe to use"],
];

for (const [what, moods, words] of hostile) {
  test(`refuses ${what}`, async () => {
    await using scene = await start();
    scene.service.put(ours, "sk-one");
    Object.assign(scene.service.moods, moods);
    const error = await assertRejects(() => scene.store.get("cloud"), SecretError);
    assertEquals([error.code, error.message.includes("sk-one")], ["failed", false]);
    // With another IV the first block is garbage, which may look like text.
    if (what !== "another IV") assertStringIncludes(error.message, words);
  });
}

const numbers = { signatures: ["u", "u"], body: [1, 2] };
const wrongTypes: [member: string, answer: { signatures: string[]; body: Value[] }][] = [
  ["SearchItems", numbers],
  ["SearchItems", { signatures: [], body: [] }],
  ["SearchItems", { signatures: ["as", "as"], body: [["not a path"], []] }],
  ["SearchItems", { signatures: ["ao", "ao"], body: [Array(257).fill("/a"), []] }],
  ["OpenSession", numbers],
  ["OpenSession", { signatures: ["v", "s"], body: [{ signature: "ay", value: new Uint8Array(128).fill(7) }, "x"] }],
  ["OpenSession", { signatures: ["v", "o"], body: [{ signature: "s", value: "key" }, "/session"] }],
  ["GetSecret", numbers],
  ["GetSecret", { signatures: ["s"], body: ["sk-one"] }],
  ["GetSecret", { signatures: ["(oss)"], body: [["/session", "iv", "value"]] }],
];

for (const [member, answer] of wrongTypes) {
  test(`refuses an answer of ${member} of the type ${answer.signatures.join("") || "nothing"}`, async () => {
    await using scene = await start({ answers: { [member]: answer } });
    scene.service.put(ours, "sk-one");
    await assertFails(() => scene.store.get("cloud"), "failed", "is not what it should be");
  });
}
