import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KeyringDaemon, keyringTest } from "../../../tests/support/keyring_daemon.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { systemClock } from "../../core/clock.ts";
import { SecretError } from "../../state/secrets.ts";
import { KeyringSecrets } from "./keyring_secrets.ts";
import { watchKeyring } from "./keyring_watch.ts";

const attributes = ["application", "cloudtolocalllm", "name", "cloud"];

function storeOn({ connect }: KeyringDaemon): KeyringSecrets {
  return new KeyringSecrets({ connect, clock: systemClock });
}

keyringTest("GNOME Keyring gives secret-tool what we keep, and us what secret-tool keeps", async () => {
  await using daemon = await KeyringDaemon.start();
  const store = storeOn(daemon);
  await store.set("cloud", "sk-ours");
  assertEquals(await daemon.secretTool(["lookup", ...attributes]), "sk-ours");
  const found = await daemon.secretTool(["search", ...attributes]);
  assertStringIncludes(found, "label = CloudToLocalLLM: cloud");
  assertStringIncludes(found, "schema = online.cloudtolocalllm.Secret");
  await daemon.secretTool(["store", "--label=mine", ...attributes], "sk-theirs\n");
  assertEquals([await store.get("cloud"), await store.list()], ["sk-theirs", ["cloud"]]);
  await store.set("cloud", "sk-again");
  assertEquals(await daemon.secretTool(["lookup", ...attributes]), "sk-again");
  await daemon.secretTool(["clear", ...attributes]);
  assertEquals([await store.get("cloud"), await store.delete("cloud")], [undefined, false]);
});

keyringTest("GNOME Keyring has our secrets after a restart, in files without them in plain text", async () => {
  await using daemon = await KeyringDaemon.start();
  await storeOn(daemon).set("cloud", "sk-planted-token");
  await daemon.restart();
  assertEquals(await storeOn(daemon).get("cloud"), "sk-planted-token");
  const file = await Deno.readTextFile(`${daemon.folder}/data/keyrings/login.keyring`);
  assertEquals(file.includes("sk-planted-token"), false);
});

keyringTest("GNOME Keyring that is locked is told, and a question that nobody can show is a closed one", async () => {
  await using daemon = await KeyringDaemon.start();
  const store = storeOn(daemon);
  await store.set("cloud", "sk-one");
  await daemon.lock();
  assertEquals((await store.status()).state, "locked");
  for (const work of [() => store.get("cloud"), () => store.set("cloud", "sk-two"), () => store.delete("cloud")]) {
    assertEquals((await assertRejects(work, SecretError)).code, "locked");
  }
  assertEquals([await store.has("cloud"), await store.has("other")], [true, false]);
  // The session of this test has no prompter, so GNOME Keyring closes its question at once.
  const asked = await assertRejects(() => store.set("cloud", "sk-two", { mayPrompt: true }), SecretError);
  assertEquals(asked.code, "dismissed");
  await daemon.unlock();
  assertEquals([(await store.status()).state, await store.get("cloud")], ["available", "sk-one"]);
});

keyringTest("GNOME Keyring that ends is told, and the next one works", async () => {
  await using daemon = await KeyringDaemon.start();
  const store = storeOn(daemon);
  await store.set("cloud", "sk-one");
  await daemon.stop();
  assertEquals((await assertRejects(() => store.get("cloud"), SecretError)).code, "no_keyring");
  await daemon.restart();
  assertEquals(await store.get("cloud"), "sk-one");
});

keyringTest(
  "watchKeyring() hears of GNOME Keyring being unlocked, of a new secret, of its end and its start",
  async () => {
    await using daemon = await KeyringDaemon.start();
    const store = storeOn(daemon);
    await daemon.lock();
    const stop = new AbortController();
    let heard = Promise.withResolvers<void>();
    const { connect } = daemon;
    const watching = watchKeyring({ connect, clock: systemClock, signal: stop.signal }, () => heard.resolve());
    await inTime("it is heard of at the beginning", heard.promise);
    const changes: [what: string, change: () => Promise<unknown>][] = [
      ["unlocked", () => daemon.unlock()],
      ["another secret", () => store.set("cloud", "sk-one")],
      ["its end", () => daemon.stop()],
      ["its start", () => daemon.restart()],
      ["locked", () => daemon.lock()],
    ];
    for (const [what, change] of changes) {
      heard = Promise.withResolvers<void>();
      await change();
      await inTime(what, heard.promise);
    }
    stop.abort();
    await watching;
  },
);
