import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { controlFile, fakeDaemon, FakeSystem, type FakeSystemOptions, FakeWeb } from "../../tests/support/fake_web.ts";
import { DaemonNotRunning, OriginNotAllowed } from "./errors.ts";
import { findDaemon } from "./find_daemon.ts";
import type { ClientOptions } from "./options.ts";

const byDefault = "http://127.0.0.1:11435";
const byFile = "http://127.0.0.1:4001";
const byBus = "http://127.0.0.1:4002";
const byUrl = "http://127.0.0.1:4003";
const path = "/run/cloudtolocalllm/control.json";
const env = { XDG_RUNTIME_DIR: "/run" };
const onBus = {
  "busctl NameHasOwner": "b true\n",
  "busctl Get Address": `v s "${byBus}"\n`,
};

interface Scene extends FakeSystemOptions {
  /** Who listens where: a token, or `null` for a program that is no daemon. */
  at: Record<string, string | null>;
  options?: ClientOptions;
  isBrowser?: boolean;
}

function find({ at, options = {}, isBrowser = false, ...system }: Scene) {
  const web = new FakeWeb();
  for (const [origin, token] of Object.entries(at)) {
    const other = () => new Response("<html>", { headers: { "content-type": "text/html" } });
    web.listen(origin, token === null ? other : fakeDaemon({ token }));
  }
  return findDaemon({
    options,
    system: isBrowser ? undefined : new FakeSystem({ env, ...system }),
    fetch: web.fetch,
    timers: new FakeClock(),
    signal: new AbortController().signal,
  });
}

const files = { [path]: controlFile(byFile, "right") };

Deno.test("findDaemon() looks in the control file, on the bus, at the default address", async () => {
  const table: [scene: Scene, found: { url: string; way: string; token?: string }][] = [
    [{ at: { [byFile]: "right", [byBus]: "x", [byDefault]: "x" }, files, programs: onBus }, {
      way: "control-file",
      url: byFile,
      token: "right",
    }],
    [{ at: { [byBus]: "x", [byDefault]: "x" }, files, programs: onBus }, { way: "bus", url: byBus }],
    [{ at: { [byDefault]: "x" }, files, programs: onBus }, { way: "default-address", url: byDefault }],
    // Another daemon took the port of one that was killed.
    [{ at: { [byFile]: "other", [byDefault]: "x" }, files }, { way: "default-address", url: byDefault }],
    // Another program did.
    [{ at: { [byFile]: null, [byDefault]: "x" }, files }, { way: "default-address", url: byDefault }],
    [{ at: { [byFile]: "right", [byDefault]: "x" }, files: { [path]: controlFile(byFile, "right", 0o644) } }, {
      way: "default-address",
      url: byDefault,
    }],
    [{ at: { [byFile]: "right", [byDefault]: "x" }, files, options: { discover: ["default-address"] } }, {
      way: "default-address",
      url: byDefault,
    }],
    [{
      at: { [byFile]: "right", [byBus]: "x" },
      files,
      programs: onBus,
      options: { discover: ["bus", "control-file"] },
    }, {
      way: "bus",
      url: byBus,
    }],
  ];
  for (const [scene, found] of table) assertEquals(await find(scene), found as typeof found & { way: "bus" });
});

Deno.test("findDaemon() looks nowhere else than at a given address, and has its token from the control file", async () => {
  const at = { [byFile]: "right", [byUrl]: "theirs", [byDefault]: "x" };
  assertEquals(await find({ at, files, options: { url: `${byUrl}/` } }), { way: "url", url: byUrl });
  assertEquals(await find({ at, files, options: { url: byUrl, token: "theirs" } }), {
    way: "url",
    url: byUrl,
    token: "theirs",
  });
  assertEquals(await find({ at, files, options: { url: byFile } }), { way: "url", url: byFile, token: "right" });
  const stale = { [path]: controlFile(byUrl, "old") };
  assertEquals(await find({ at, files: stale, options: { url: byUrl } }), { way: "url", url: byUrl });
  const asked = find({ at: { [byDefault]: "x" }, files, options: { url: byUrl } });
  const error = await assertRejects(() => asked, DaemonNotRunning);
  assertEquals(error.tried, [{ way: "url", outcome: `nothing answers at ${byUrl}` }]);
  const variable = { ...env, CLOUDTOLOCALLLM_URL: byUrl };
  assertEquals(await find({ at, files, env: variable }), { way: "environment", url: byUrl });
  assertEquals(await find({ at, files, env: variable, options: { url: byFile } }), {
    way: "url",
    url: byFile,
    token: "right",
  });
});

Deno.test("findDaemon() says what it found in each place", async () => {
  const asked = find({
    at: { [byBus]: null, [byDefault]: null },
    files: { [path]: controlFile(byFile, "right", 0o640) },
    programs: onBus,
  });
  const error = await assertRejects(() => asked, DaemonNotRunning);
  assertEquals(error.tried.map(({ way }) => way), ["control-file", "bus", "default-address"]);
  assertEquals(error.tried.map(({ outcome }) => outcome), [
    `${path}: its mode 640 lets other users at the token; restart the daemon`,
    `another program is at ${byBus}`,
    `another program is at ${byDefault}`,
  ]);
  assertStringIncludes(error.message, "The daemon is not running (its control file: ");
  assertStringIncludes(error.message, "; start it with: cloudtolocalllm start");
});

Deno.test("findDaemon() tells another daemon from another program", async () => {
  for (
    const [token, who] of [["other", "another daemon, or one of another user, is"], [
      null,
      "another program is",
    ]] as const
  ) {
    const error = await assertRejects(() => find({ at: { [byFile]: token }, files }), DaemonNotRunning);
    assertEquals(error.tried[0], { way: "control-file", outcome: `${who} at ${byFile}` });
  }
});

Deno.test("findDaemon() believes no address on the bus that is not on this machine", async () => {
  for (const address of ["http://192.168.0.9:80", "http://127.0.0.1.example.org", "https://127.0.0.1:1"]) {
    const programs = { ...onBus, "busctl Get Address": `v s "${address}"\n` };
    const error = await assertRejects(() => find({ at: { [address]: "x" }, programs }), DaemonNotRunning);
    assertEquals(error.tried[1].way, "bus");
  }
});

Deno.test("findDaemon() in a browser goes to the default address, or the one that is given", async () => {
  const at = { [byDefault]: "x", [byUrl]: "y" };
  assertEquals(await find({ at, isBrowser: true }), { way: "default-address", url: byDefault });
  assertEquals(await find({ at, isBrowser: true, options: { url: byUrl } }), { way: "url", url: byUrl });
});

Deno.test("findDaemon() in a browser tells a daemon that does not answer this origin from none", async () => {
  const parts = {
    options: {},
    system: undefined,
    timers: new FakeClock(),
    signal: new AbortController().signal,
  };
  const refusing: typeof fetch = (_url, init) =>
    init?.mode === "no-cors" ? Promise.resolve(new Response()) : Promise.reject(new TypeError("Failed to fetch"));
  const error = await assertRejects(() => findDaemon({ ...parts, fetch: refusing }), OriginNotAllowed);
  assertEquals([error.status, error.code], [0, "origin_not_allowed"]);
  const none: typeof fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  await assertRejects(() => findDaemon({ ...parts, fetch: none }), DaemonNotRunning);
});

Deno.test("findDaemon() waits a second for what does not answer", async () => {
  const clock = new FakeClock();
  const silent: typeof fetch = (_url, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal!.reason)));
  const asked = findDaemon({
    options: { url: byUrl },
    system: undefined,
    fetch: silent,
    timers: clock,
    signal: new AbortController().signal,
  });
  const rejected = assertRejects(() => asked, DaemonNotRunning, `${byUrl} does not answer in time`);
  await settle();
  await clock.advance(1_000);
  await rejected;
  assertEquals(clock.pending, 0);
});
