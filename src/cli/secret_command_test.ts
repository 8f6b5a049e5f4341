import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeDaemon, type FakeRoutes } from "../../tests/support/fake_daemon.ts";
import { FakeIo, type FakeIoOptions } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

const secrets = "/control/v1/secrets";

async function secret(words: string[], options: FakeIoOptions): Promise<{ code: ExitCode; io: FakeIo }> {
  const io = new FakeIo(options);
  return { code: await runCommandLine(["secret", ...words], io), io };
}

function startDaemon(routes: FakeRoutes): Promise<FakeDaemon> {
  return FakeDaemon.start({ "GET /control/v1/mode": () => Response.json({ mode: "local-first" }), ...routes });
}

const kept = { name: "cloud", home: "keyring", file: null };

/** Keys as a terminal in raw mode gives them. */
function keys(...texts: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)));
}

Deno.test("secret set gives the daemon what comes through the pipe, and prints none of it", async () => {
  await using daemon = await startDaemon({ [`PUT ${secrets}/cloud`]: () => Response.json(kept) });
  const { code, io } = await secret(["set", "cloud"], { env: daemon.env, stdin: "sk-planted\n" });
  assertEquals([code, io.stdout, io.stderr], [ExitCode.done, '"cloud" is kept in the keyring\n', ""]);
  const { body, authorization } = daemon.requests.at(-1)!;
  assertEquals([JSON.parse(body), authorization], [
    { value: "sk-planted\n", insecureFile: false },
    `Bearer ${daemon.token}`,
  ]);
});

Deno.test("secret set asks at the terminal without showing what is typed", async () => {
  await using daemon = await startDaemon({ [`PUT ${secrets}/cloud`]: () => Response.json(kept) });
  const stdin = keys("wrong\x15sk-pla", "x\x7f", "nted\r", "and more");
  const { code, io } = await secret(["set", "cloud"], { env: daemon.env, stdin, terminal: { stdin: true } });
  assertEquals([code, io.rawModes, io.stderr], [ExitCode.done, [true, false], 'Value of "cloud" (is not shown): \n']);
  assertEquals(JSON.parse(daemon.requests.at(-1)!.body).value, "sk-planted");
});

for (const [what, key] of [["Ctrl-C", "\x03"], ["Ctrl-D", "\x04"]]) {
  Deno.test(`secret set leaves the terminal as it was, and changes nothing, after ${what}`, async () => {
    const stdin = keys(`sk-planted${key}`);
    const { code, io } = await secret(["set", "cloud"], { env: {}, stdin, terminal: { stdin: true } });
    assertEquals([code, io.rawModes, io.stdout], [ExitCode.failed, [true, false], ""]);
    assertMatch(io.stderr, /Nothing was changed\n$/);
  });
}

Deno.test("secret set leaves the terminal as it was when a signal ends it", async () => {
  const never = new ReadableStream<Uint8Array<ArrayBuffer>>();
  const io = new FakeIo({ env: {}, stdin: never, terminal: { stdin: true } });
  runCommandLine(["secret", "set", "cloud"], io);
  await io.printed("is not shown");
  assert(io.signal("SIGTERM"));
  assertEquals([io.rawModes, io.exits], [[true, false], [ExitCode.failed]]);
});

Deno.test("secret refuses a value among its arguments, and does not repeat it", async () => {
  const lines = [
    ["set", "cloud", "sk-planted"],
    ["set", "cloud", "sk-planted", "more"],
    ["set", "sk-planted"],
    ["set", "cloud=sk-planted"],
    ["set", "cloud", "--value=sk-planted"],
    ["set", "cloud", "--sk-planted"],
    ["set", "cloud", "-sk-planted"],
    ["set", "cloud", "--insecure-file=sk-planted"],
    ["set", "cloud", "--", "sk-planted"],
    ["clear", "cloud", "sk-planted"],
    ["list", "sk-planted"],
    ["sk-planted"],
    ["sett", "sk-planted"],
  ];
  for (const words of lines) {
    const { code, io } = await secret(words, { env: {}, stdin: "value" });
    assertEquals([code, io.stdout, io.stderr.includes("planted")], [ExitCode.usage, "", false], words.join(" "));
  }
  const { io } = await secret(["set", "cloud", "sk-planted"], { env: {} });
  assertMatch(io.stderr, /takes NAME only, never the value.*get a new one.*history|history.*get a new one/);
});

Deno.test("secret set says how to agree to the file, and warns where it lies", async () => {
  const consent = { error: { message: "No keyring can be used. Agree to /s/secrets.json", code: "needs_consent" } };
  await using daemon = await startDaemon({
    [`PUT ${secrets}/cloud`]: ({ body }) =>
      JSON.parse(body).insecureFile
        ? Response.json({ name: "cloud", home: "file", file: "/s/secrets.json" })
        : Response.json(consent, { status: 409 }),
  });
  const refused = await secret(["set", "cloud"], { env: daemon.env, stdin: "sk-planted" });
  assertEquals([refused.code, refused.io.stdout], [ExitCode.failed, ""]);
  assertMatch(
    refused.io.stderr,
    /No keyring can be used.*\nTo agree: cloudtolocalllm secret set cloud --insecure-file\n/,
  );
  const agreed = await secret(["set", "cloud", "--insecure-file"], { env: daemon.env, stdin: "sk-planted" });
  assertEquals([agreed.code, agreed.io.stdout], [ExitCode.done, '"cloud" is kept in /s/secrets.json\n']);
  assertStringIncludes(agreed.io.stderr, "not encrypted");
});

Deno.test("secret clear forgets, and fails where there is nothing", async () => {
  await using daemon = await startDaemon({
    [`DELETE ${secrets}/cloud`]: () => Response.json({ name: "cloud", deleted: true }),
  });
  const { code, io } = await secret(["clear", "cloud"], { env: daemon.env });
  assertEquals([code, io.stdout], [ExitCode.done, '"cloud" is forgotten\n']);
  const none = await secret(["clear", "other"], { env: daemon.env });
  assertEquals([none.code, none.io.stderr], [ExitCode.failed, 'No secret is called "other"\n']);
});

Deno.test("secret list is a table, or JSON", async () => {
  const report = {
    keyring: { state: "locked", detail: "The keyring is locked" },
    file: "/s/secrets.json",
    secrets: [
      { name: "cloud", home: null, usedBy: ["a", "b"], problem: "The keyring is locked\u001b[2J" },
      { name: "old", home: "file", usedBy: [], problem: null },
    ],
  };
  await using daemon = await startDaemon({ [`GET ${secrets}`]: () => Response.json(report) });
  const { code, io } = await secret(["list"], { env: daemon.env });
  assertEquals([code, io.stdout.split("\n").map((line) => line.trimEnd())], [ExitCode.done, [
    "NAME   KEPT IN  USED BY",
    "cloud  -        a, b     The keyring is locked[2J",
    "old    file     nobody",
    "The keyring is locked",
    "The file is /s/secrets.json",
    "",
  ]]);
  const asJson = await secret(["list", "--json"], { env: daemon.env });
  assertEquals(JSON.parse(asJson.io.stdout), report);
});

Deno.test("secret works on the homes themselves where no daemon runs", async () => {
  const home = await Deno.makeTempDir();
  const env = { HOME: home };
  const file = `${home}/.local/state/cloudtolocalllm/secrets.json`;
  try {
    const refused = await secret(["set", "cloud"], { env, stdin: "sk-planted" });
    assertEquals(refused.code, ExitCode.failed);
    assertMatch(refused.io.stderr, /^No keyring can be used: this session has no message bus\. .*not encrypted/);
    assertStringIncludes(refused.io.stderr, "--insecure-file");
    const agreed = await secret(["set", "cloud", "--insecure-file"], { env, stdin: "sk-planted\n" });
    assertEquals([agreed.code, agreed.io.stdout], [ExitCode.done, `"cloud" is kept in ${file}\n`]);
    assertEquals(JSON.parse(await Deno.readTextFile(file)).secrets, { cloud: "sk-planted" });
    const listed = await secret(["list"], { env });
    assertMatch(listed.io.stdout, /cloud +file +cloud\n/);
    const overridden = { ...env, CLOUDTOLOCALLLM_SECRET_CLOUD: "sk-environment" };
    const readOnly = await secret(["clear", "cloud"], { env: overridden });
    assertMatch(readOnly.io.stderr, /set by the environment variable CLOUDTOLOCALLLM_SECRET_CLOUD/);
    assertEquals((await secret(["clear", "cloud"], { env })).code, ExitCode.done);
    assertEquals((await secret(["list", "--json"], { env })).io.stdout.includes("planted"), false);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
