import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Daemon, startDaemon } from "../../../src/app.ts";
import { whatToDo } from "../../../src/app/take_over_at_start.ts";
import type { StatusReport } from "../../../src/state/status.ts";
import { FakeSecretService } from "../../support/fake_secret_service.ts";
import { inTime } from "../../support/in_time.ts";
import { MigrationHome } from "../../support/migration/migration_home.ts";
import { oldFileText, oldToken } from "../../support/migration/old_files.ts";
import { isBusMissing, PrivateBus } from "../../support/private_bus.ts";

const cloud = { api_base_url: "http://127.0.0.1:9" };
const urls = ["http://localhost:11434", "http://127.0.0.1:9"];

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn });
}

/** A daemon in a migration's home. */
class Started implements AsyncDisposable {
  private constructor(readonly daemon: Daemon, readonly log: string[], readonly token: string) {}

  static async start({ folder, paths }: MigrationHome, address?: string): Promise<Started> {
    const log: string[] = [];
    const controlFile = `${folder}/run/control.json`;
    const env: Record<string, string | undefined> = { HOME: folder, DBUS_SESSION_BUS_ADDRESS: address };
    const daemon = await startDaemon({
      paths: { ...paths, runtimeDir: `${folder}/run`, controlFile },
      overrides: { port: 0 },
      env: (name) => env[name],
      writeLog: (line) => log.push(line),
      version: "0.0.0-test",
    });
    return new Started(daemon, log, JSON.parse(await Deno.readTextFile(controlFile)).token);
  }

  async backends(): Promise<StatusReport["backends"]> {
    const headers = { authorization: `Bearer ${this.token}` };
    return (await (await fetch(`${this.daemon.url}/control/v1/status`, { headers })).json()).backends;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.close();
  }
}

/** Looks until it is so. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const look = async () => {
    while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await inTime(what, look());
}

const tokenIn = ({ items }: FakeSecretService) => [...items.values()].map(({ value }) => value);

test("the first start takes over, runs with it, logs no token, and the second has nothing to do", async () => {
  await using bus = await PrivateBus.start();
  using keyring = await FakeSecretService.start(bus);
  await using home = await MigrationHome.make(oldFileText({ cloud }), { mode: 0o644 });
  {
    await using started = await Started.start(home, bus.address);
    assertEquals((await started.backends()).map(({ id }) => id), ["local", "cloud"]);
    assert(started.log.some((line) => line.includes("The settings are written to")), started.log.join(""));
    assert(!started.log.join("").includes("planted"));
  }
  assertEquals([await home.backends(), tokenIn(keyring), await home.tokenInOld()], [urls, [oldToken], undefined]);
  await home.assertPrivate();
  await using again = await Started.start(home, bus.address);
  assert(!again.log.join("").includes("predecessor"), again.log.join(""));
});

test("a start with a locked keyring takes the settings, and the token as soon as it is unlocked", async () => {
  await using bus = await PrivateBus.start();
  using keyring = await FakeSecretService.start(bus);
  keyring.setLocked(true);
  await using home = await MigrationHome.make(oldFileText({ cloud }));
  await using started = await Started.start(home, bus.address);
  assertEquals([await home.backends(), await home.tokenInOld()], [urls, oldToken]);
  assertStringIncludes(started.log.join(""), "The keyring is locked");
  assertEquals((await started.backends())[1].reason, "The keyring with the token is locked: unlock it");
  keyring.setLocked(false);
  await until("the token is out of the old file", async () => await home.tokenInOld() === undefined);
  assertEquals(tokenIn(keyring), [oldToken]);
  await until("the token is in use", async () => (await started.backends())[1].health !== "misconfigured");
});

test("a start does not wait for a keyring that is silent, and a later one finishes", async () => {
  await using bus = await PrivateBus.start();
  using keyring = await FakeSecretService.start(bus, { hangsIn: "SearchItems" });
  await using home = await MigrationHome.make(oldFileText({ cloud }));
  {
    const before = performance.now();
    await using started = await Started.start(home, bus.address);
    assert(performance.now() - before < 4_000, "the start waits");
    assertEquals([await home.backends(), await home.tokenInOld()], [urls, oldToken]);
    assertStringIncludes(started.log.join(""), "The keyring is too slow");
  }
  keyring.moods.hangsIn = undefined;
  await keyring.restart();
  await using _started = await Started.start(home, bus.address);
  assertEquals([tokenIn(keyring), await home.tokenInOld()], [[oldToken], undefined]);
});

Deno.test("a start without a keyring leaves the token where it is, for nobody has agreed to a file", async () => {
  await using home = await MigrationHome.make(oldFileText({ cloud }));
  await using started = await Started.start(home);
  assertEquals([await home.backends(), await home.tokenInOld()], [urls, oldToken]);
  assertEquals((await home.files()).filter((path) => path.endsWith("secrets.json")), []);
  assertStringIncludes(started.log.join(""), "cloudtolocalllm migrate");
});

Deno.test("a start with a configuration of the user's own only tells of the predecessor's", async () => {
  await using home = await MigrationHome.make(oldFileText());
  await home.writeConfig({ version: 1, backends: [] });
  await using started = await Started.start(home);
  assertEquals([await home.backends(), await home.tokenInOld()], [[], oldToken]);
  assertStringIncludes(started.log.join(""), "take them over with: cloudtolocalllm migrate");
});

Deno.test("a start is not kept from by an old file that cannot be used", async () => {
  await using home = await MigrationHome.make('{"cloud_proxy": {"auth_token": "planted');
  await using started = await Started.start(home);
  assertEquals(await home.backends(), undefined);
  assertStringIncludes(started.log.join(""), "is not JSON (line 1");
  assert(!started.log.join("").includes("planted"));
});

Deno.test("a start is not kept from by a state folder that cannot be made", async () => {
  await using home = await MigrationHome.make(oldFileText());
  await Deno.mkdir(`${home.folder}/.local`);
  await Deno.writeTextFile(`${home.folder}/.local/state`, "a file");
  await using started = await Started.start(home);
  assertStringIncludes(started.log.join(""), "The settings of the predecessor are not taken over");
});

Deno.test("whatToDo() takes over once, goes on with what was begun, and tells of what came later", () => {
  const old = { size: 10, mtimeMs: 5 };
  const done = { state: "done", oldFile: old } as const;
  assertEquals(whatToDo(old, undefined, false), "take");
  assertEquals(whatToDo(old, undefined, true), "tell");
  assertEquals(whatToDo(old, { state: "started", oldFile: old }, true), "take");
  assertEquals(whatToDo(old, done, true), "nothing");
  // The user has removed our configuration and wants the defaults.
  assertEquals(whatToDo(old, done, false), "nothing");
  assertEquals(whatToDo({ size: 11, mtimeMs: 6 }, done, true), "tell");
});
