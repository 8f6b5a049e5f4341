import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import {
  type Answer,
  controlFile,
  fakeDaemon,
  FakeSystem,
  type FakeSystemOptions,
  FakeWeb,
} from "../../tests/support/fake_web.ts";
import { type ClientOptions, CloudToLocalLLM, DaemonLost, DaemonNotRunning, Refused, TimedOut } from "./client.ts";

const path = "/run/cloudtolocalllm/control.json";
const [first, second] = ["http://127.0.0.1:4001", "http://127.0.0.1:4002"];

/** A daemon that comes, goes and comes back elsewhere, and a client that looks for it. */
class Scene {
  readonly clock = new FakeClock();
  readonly web = new FakeWeb();
  readonly files: Record<string, { text: string; mode: number }> = {};
  readonly system: FakeSystem;
  readonly client: CloudToLocalLLM;

  constructor(options: ClientOptions = {}, system: FakeSystemOptions = {}) {
    this.system = new FakeSystem({ env: { XDG_RUNTIME_DIR: "/run" }, files: this.files, ...system });
    this.client = new CloudToLocalLLM({ fetch: this.web.fetch, discover: ["control-file"], ...options }, {
      timers: this.clock,
      random: () => 0,
      loadSystem: () => Promise.resolve(this.system),
    });
  }

  run(url: string, token: string, answer?: Answer): void {
    this.files[path] = controlFile(url, token);
    this.web.listen(url, fakeDaemon({ token, answer }));
  }

  /** As SIGKILL does: the control file stays. */
  kill(url: string): void {
    this.web.close(url);
  }

  /** What the client has asked since. */
  asked(): string[] {
    return this.web.asked.splice(0).map((line) => line.replace("http://127.0.0.1", ""));
  }
}

Deno.test("the daemon is found once, and asked again whether it is there after five seconds", async () => {
  const scene = new Scene();
  scene.run(first, "a");
  await scene.client.mode();
  await scene.clock.advance(4_999);
  await scene.client.mode();
  const mode = "GET :4001/control/v1/mode";
  assertEquals(scene.asked(), ["GET :4001/control/v1/proof", mode, mode]);
  await scene.clock.advance(5_000);
  await scene.client.mode();
  assertEquals(scene.asked().length, 2);
  assertEquals(scene.client.url, first);
});

Deno.test("calls at a time share one search", async () => {
  const scene = new Scene();
  scene.run(first, "a");
  await Promise.all([scene.client.find(), scene.client.find(), scene.client.find()]);
  assertEquals(scene.asked(), ["GET :4001/control/v1/proof"]);
});

Deno.test("a daemon with another port and token is found by the next call", async () => {
  const scene = new Scene();
  scene.run(first, "a");
  await scene.client.mode();
  scene.kill(first);
  scene.run(second, "b");
  scene.asked();
  assertEquals((await scene.client.mode()).mode, "local-first");
  assertEquals(scene.asked(), [
    "GET :4001/control/v1/mode",
    "GET :4002/control/v1/proof",
    "GET :4002/control/v1/mode",
  ]);
});

Deno.test("a daemon with another token on the same port is found by the next call", async () => {
  const scene = new Scene();
  scene.run(first, "a");
  await scene.client.mode();
  scene.run(first, "b");
  await scene.client.setMode("local-first");
  assertEquals(scene.web.requests.at(-1)?.headers.get("authorization"), "Bearer b");
});

Deno.test("a token that was given is not exchanged for another", async () => {
  const scene = new Scene({ url: first, token: "mine" });
  scene.run(first, "mine");
  await scene.client.mode();
  scene.run(first, "other");
  assertEquals((await assertRejects(() => scene.client.status(), Refused)).status, 401);
  await scene.clock.advance(5_000);
  assertEquals((await assertRejects(() => scene.client.status(), Refused)).status, 401);
});

const question = { model: "llama3.2", messages: [{ role: "user" as const, content: "Hi" }] };

Deno.test("a chat is sent again where the connection was refused, for nothing was sent", async () => {
  const scene = new Scene();
  const answer: Answer = () => new Response('{"message":{"content":"there"},"done":true}\n');
  scene.run(first, "a", answer);
  await scene.client.find();
  scene.kill(first);
  scene.run(second, "b", answer);
  assertEquals(await (await scene.client.chat(question)).text(), "there");
});

Deno.test("a chat that may have arrived is not sent again", async () => {
  const scene = new Scene();
  let chats = 0;
  const answer: Answer = () => {
    chats++;
    throw new TypeError("other side closed");
  };
  scene.run(first, "a", answer);
  const error = await assertRejects(() => scene.client.chat(question), DaemonLost, "may or may not have done");
  assert(error.cause instanceof TypeError);
  assertEquals(chats, 1);
});

Deno.test("what may be done twice is sent again once", async () => {
  const scene = new Scene();
  let failures = 1;
  const answer: Answer = () => {
    if (failures-- > 0) throw new TypeError("other side closed");
    return Response.json({ models: [] });
  };
  scene.run(first, "a", answer);
  assertEquals(await scene.client.models(), []);
  failures = 2;
  await assertRejects(() => scene.client.models(), DaemonLost);
  assertEquals(failures, 0);
});

Deno.test("a daemon that was never there is not waited for; one that was seen is, for three seconds", async () => {
  const scene = new Scene();
  await assertRejects(() => scene.client.mode(), DaemonNotRunning);
  assertEquals(scene.clock.pending, 0);
  scene.run(first, "a");
  await scene.client.mode();
  scene.kill(first);
  const asked = assertRejects(() => scene.client.mode(), DaemonNotRunning, `nothing answers at ${first}`);
  for (const pauseMs of [100, 200, 400, 800, 1500]) {
    await settle();
    assertEquals(scene.clock.nextDueMs, pauseMs);
    await scene.clock.advance(pauseMs);
  }
  await asked;
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a call that waits goes on as soon as the daemon is there", async () => {
  const scene = new Scene({ waitMs: 60_000 });
  const mode = scene.client.mode();
  await settle();
  await scene.clock.advance(300);
  scene.run(second, "b");
  await scene.clock.advance(400);
  assertEquals((await mode).mode, "local-first");
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a call that waits ends with its signal, and with the client", async () => {
  const scene = new Scene({ waitMs: 60_000 });
  const abort = new AbortController();
  const asked = assertRejects(() => scene.client.mode({ signal: abort.signal }), Error, "enough");
  const other = assertRejects(() => scene.client.mode(), DOMException, "The client is closed");
  await settle();
  abort.abort(new Error("enough"));
  await asked;
  scene.client.close();
  await other;
  assertEquals(scene.clock.pending, 0);
  await assertRejects(() => scene.client.mode(), DOMException, "The client is closed");
});

Deno.test("a command that gets no answer in ten seconds has timed out", async () => {
  const scene = new Scene();
  scene.run(
    first,
    "a",
    ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  await scene.client.find();
  const asked = assertRejects(() => scene.client.status(), TimedOut, `The daemon at ${first} does not answer`);
  await settle();
  await scene.clock.advance(10_000);
  await asked;
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a daemon is started by D-Bus, and waited for", async () => {
  const scene = new Scene({ start: true }, { programs: { "busctl StartServiceByName": "u 1\n" } });
  const mode = scene.client.mode();
  await settle();
  scene.run(first, "a");
  await scene.clock.advance(100);
  assertEquals((await mode).mode, "local-first");
  assertEquals([scene.system.ran.length, scene.system.started], [1, []]);
});

Deno.test("a daemon is started by its own program where the bus knows none, also by one without start", async () => {
  const [start, run] = ["cloudtolocalllm start", "cloudtolocalllm run --unless-running"];
  for (const [ended, commands] of [[0, [start]], [2, [start, run]]] as const) {
    const scene = new Scene({ start: true }, { startable: { [start]: ended, [run]: undefined } });
    const mode = scene.client.mode();
    while (scene.clock.nextDueMs !== 100) await settle();
    scene.run(first, "a");
    await scene.clock.advance(100);
    await mode;
    assertEquals(scene.system.started, [...commands]);
    assertEquals(scene.clock.pending, 0);
  }
});

Deno.test("a daemon that cannot be started is told with the reason, at once", async () => {
  const none = new Scene({ start: ["my-daemon", "--flag"] });
  await assertRejects(
    () => none.client.mode(),
    DaemonNotRunning,
    "could not be started: there is no program my-daemon",
  );
  const fails = new Scene({ start: ["my-daemon", "--flag"] }, { startable: { "my-daemon --flag": 1 } });
  const asked = assertRejects(
    () => fails.client.mode(),
    DaemonNotRunning,
    '"my-daemon --flag" ended with 1; run it in a terminal to see why',
  );
  await settle();
  await fails.clock.advance(100);
  await asked;
  const error = await assertRejects(() => none.client.mode(), DaemonNotRunning);
  assertEquals(error.tried.map(({ way }) => way), ["control-file", "start"]);
});

Deno.test("a daemon that is never ready is given up after twenty seconds", async () => {
  const scene = new Scene({ start: ["my-daemon"] }, { startable: { "my-daemon": undefined } });
  const asked = assertRejects(() => scene.client.mode(), DaemonNotRunning, "it was not ready within 20 s");
  await settle();
  await scene.clock.advance(20_000);
  await asked;
  assertEquals([scene.system.started, scene.clock.pending], [["my-daemon"], 0]);
});

Deno.test("what cannot be sent is refused before anything is", async () => {
  for (const options of [{ url: "ftp://x" }, { url: "http://a:b@127.0.0.1" }, { token: "a\nb" }, { app: "ü" }]) {
    let error: unknown;
    try {
      new CloudToLocalLLM(options);
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof TypeError, JSON.stringify(options));
  }
  const scene = new Scene();
  scene.run(first, "a");
  await assertRejects(() => scene.client.chat({ ...question, backend: "a\nb" }), TypeError, "backend must be");
  assertEquals(scene.asked(), []);
});

Deno.test("a control token goes over loopback and TLS only", async () => {
  const remote = "http://192.168.0.2:11435";
  await assertRejects(async () => await new CloudToLocalLLM({ url: remote, token: "a" }).find(), TypeError);
  const variable = { CLOUDTOLOCALLLM_URL: remote };
  const scene = new Scene({ token: "a" }, { env: variable });
  await assertRejects(() => scene.client.find(), TypeError, "over loopback or TLS only");
  assertEquals(new CloudToLocalLLM({ url: "https://broker.example", token: "a" }).url, undefined);
  assertEquals(new CloudToLocalLLM({ url: remote, clientKey: "k" }).url, undefined);
});

Deno.test("models are asked with the client's key where there is one, else with the token", async () => {
  for (const [options, sent] of [[{}, "Bearer a"], [{ clientKey: "key" }, "Bearer key"]] as const) {
    const scene = new Scene(options);
    scene.run(first, "a", () => Response.json({ models: [] }));
    await scene.client.models();
    const { headers } = scene.web.requests.at(-1)!;
    assertEquals([headers.get("authorization"), headers.get("user-agent")], [sent, "cloudtolocalllm-client"]);
  }
});
