import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { type Answer, controlFile, fakeDaemon, FakeSystem, FakeWeb } from "../../tests/support/fake_web.ts";
import { type ClientOptions, CloudToLocalLLM, NoControlToken, Refused, type StatusUpdate } from "./client.ts";

const path = "/run/cloudtolocalllm/control.json";
const url = "http://127.0.0.1:4001";
const event = (mode: string) => `event: status\ndata: ${JSON.stringify({ mode })}\n\n`;

/** Event streams of a daemon, one for each time that it is asked. */
class Events {
  readonly #answers: Answer[] = [];
  #open: ReadableStreamDefaultController<Uint8Array>[] = [];

  /** The next stream sends this and stays open. */
  stays(text: string): void {
    this.#answers.push(() => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          this.#open.push(controller);
          controller.enqueue(new TextEncoder().encode(text));
        },
      });
      return new Response(body);
    });
  }

  answers(response: () => Response): void {
    this.#answers.push(response);
  }

  breaks(): void {
    this.#open.at(-1)!.error(new TypeError("terminated"));
  }

  ends(): void {
    this.#open.at(-1)!.close();
  }

  readonly answer: Answer = (request) => this.#answers.shift()?.(request) ?? new Response(null, { status: 500 });
}

class Scene {
  readonly events = new Events();
  readonly web = new FakeWeb();
  readonly clock = new FakeClock();
  readonly system = new FakeSystem({
    env: { XDG_RUNTIME_DIR: "/run" },
    files: { [path]: controlFile(url, "a") },
    startable: { "my-daemon": undefined },
  });
  readonly client: CloudToLocalLLM;
  readonly updates: AsyncIterableIterator<StatusUpdate>;

  constructor(options: ClientOptions = {}) {
    this.up();
    this.client = new CloudToLocalLLM({ fetch: this.web.fetch, discover: ["control-file"], ...options }, {
      timers: this.clock,
      random: () => 0,
      loadSystem: () => Promise.resolve(this.system),
    });
    this.updates = this.client.watchStatus();
  }

  up(): void {
    this.web.listen(url, fakeDaemon({ token: "a", answer: this.events.answer }));
  }

  /** The mode of the next update, or the reason why there is none; time passes until it comes. */
  async next(): Promise<string> {
    let isThere = false;
    const update = this.updates.next().finally(() => isThere = true);
    for (let rounds = 0; !isThere; rounds++) {
      assert(rounds < 1_000, "no update comes");
      await settle();
      // Streams take more than microtasks.
      await new Promise((resolve) => setTimeout(resolve));
      if (!isThere && this.clock.pending > 0) await this.clock.advance(this.clock.nextDueMs!);
    }
    const { value } = await update;
    return value.connected ? value.status.mode : value.reason.message;
  }
}

Deno.test("watchStatus() tells each status, wherever the stream is cut", async () => {
  const scene = new Scene();
  const text = event("local-first") + ": comment\n\n" + event("local-only");
  const bytes = new TextEncoder().encode(text);
  scene.events.answers(() => new Response(ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte)))));
  assertEquals([await scene.next(), await scene.next()], ["local-first", "local-only"]);
  await scene.updates.return!();
  assertEquals(scene.clock.pending, 0);
});

Deno.test("watchStatus() tells once that the daemon is away, and starts none again", async () => {
  const scene = new Scene({ start: ["my-daemon"] });
  scene.events.stays(event("local-first"));
  assertEquals(await scene.next(), "local-first");
  scene.web.close(url);
  scene.events.breaks();
  assertEquals(await scene.next(), `The daemon at ${url} was lost: terminated`);
  const asked = scene.web.asked.length;
  const back = scene.updates.next();
  for (const pauseMs of [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
    await settle();
    assertEquals(scene.clock.nextDueMs, pauseMs);
    await scene.clock.advance(pauseMs);
  }
  assertEquals([scene.web.asked.length - asked, scene.system.started], [8, []]);
  scene.up();
  scene.events.stays(event("cloud-only"));
  await scene.clock.advance(5000);
  assertEquals((await back).value.status.mode, "cloud-only");
  await scene.updates.return!();
});

Deno.test("watchStatus() goes on after a stop in order, a refusal of a stopping daemon and what is no status", async () => {
  const scene = new Scene();
  scene.events.stays(event("local-first"));
  assertEquals(await scene.next(), "local-first");
  scene.events.answers(() => Response.json({ error: { message: "stopping" } }, { status: 503 }));
  scene.events.stays("data: [1]\n\n");
  scene.events.stays(event("local-only"));
  scene.events.ends();
  assertEquals(await scene.next(), "The daemon has ended");
  assertEquals(await scene.next(), "local-only");
  await scene.updates.return!();
});

Deno.test("watchStatus() throws what does not heal, and the signal's reason", async () => {
  const forbidden = new Scene();
  forbidden.events.answers(() => Response.json({ error: { message: "no" } }, { status: 403 }));
  await assertRejects(() => forbidden.updates.next(), Refused, "no");
  const open = new Scene({ url, discover: [] });
  open.system.readFile = () => Promise.resolve(undefined);
  await assertRejects(() => open.updates.next(), NoControlToken);

  const scene = new Scene();
  const abort = new AbortController();
  scene.events.stays(event("local-first"));
  const updates = scene.client.watchStatus({ signal: abort.signal });
  await updates.next();
  const next = assertRejects(() => updates.next(), Error, "enough");
  await settle();
  abort.abort(new Error("enough"));
  await next;
  assertEquals(scene.clock.pending, 0);
});
