import { assertEquals, assertStringIncludes } from "@std/assert";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";

/** The events of a live page, one at a time. */
class Events implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** `undefined` at the end. */
  async next(): Promise<{ event: string; data: string } | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim() ?? "";
        return { event: field("event"), data: field("data") };
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** Ids of the next parts, until there are `count`. */
  async parts(count: number): Promise<Record<string, string>> {
    const parts: Record<string, string> = {};
    while (Object.keys(parts).length < count) {
      const { id, html } = JSON.parse((await this.next())!.data);
      parts[id] = html;
    }
    return parts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

const config = {
  backends: [{ id: "local", kind: "ollama" as const, url: "http://127.0.0.1:9", location: "local" as const }],
};

Deno.test("liveParts() tells the run of the daemon, then each part once, then only what differs", async () => {
  await using scene = await SettingsScene.start({ config });
  await using events = new Events(await scene.get("/settings/connections/live"));
  const { event, data } = (await events.next())!;
  assertEquals([event, data], ["daemon", `42-${scene.context.startedAt}`]);
  await scene.file.clock.advance(0);
  const first = await events.parts(2);
  assertEquals(Object.keys(first).sort(), ["connection-list", "state-pill"]);
  assertStringIncludes(first["connection-list"], "Not checked yet");

  scene.store.update((state) => ({
    ...state,
    backends: state.backends.map((one) => ({ ...one, health: { ...one.health, reach: { kind: "up", failures: 0 } } })),
  }));
  await scene.file.clock.advance(200);
  const changed = await events.parts(2);
  assertStringIncludes(changed["connection-list"], "Answers now");
});

Deno.test("liveParts() ends with the daemon, and leaves no timer and nobody who listens", async () => {
  await using scene = await SettingsScene.start({ config });
  await using events = new Events(await scene.get("/settings/connections/live"));
  await events.next();
  scene.stopping.abort();
  while (await events.next() !== undefined);
  assertEquals(scene.file.clock.pending, 0);
});

Deno.test("liveParts() ends when the page is left", async () => {
  await using scene = await SettingsScene.start({ config });
  const events = new Events(await scene.get("/settings/connections/live"));
  await events.next();
  await scene.file.clock.advance(0);
  await events[Symbol.asyncDispose]();
  // The end of the answer goes back through three streams.
  for (let turns = 0; scene.file.clock.pending > 0 && turns < 100; turns++) await Promise.resolve();
  assertEquals(scene.file.clock.pending, 0);
  scene.store.update((state) => ({ ...state, inFlight: 1 }));
  assertEquals(scene.file.clock.pending, 0);
});
