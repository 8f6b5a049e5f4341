import { assertEquals } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { Pulls } from "./pulls.ts";

const encoder = new TextEncoder();
const wanted = { backend: "local", model: "llama3.2" };

/** A pull whose lines the test sends. */
function scene() {
  const stopping = new AbortController();
  const asked: { path: string; init: RequestInit }[] = [];
  const streams: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>[] = [];
  const answers: Response[] = [];
  let cancelled = 0;
  const pulls = new Pulls({
    clock: new FakeClock(),
    stopping: stopping.signal,
    redact: (text) => text.replaceAll("the-secret", "***"),
    ask(path, init) {
      asked.push({ path, init });
      const prepared = answers.shift();
      if (prepared) return Promise.resolve(prepared);
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: (controller) => void streams.push(controller),
        cancel: () => void cancelled++,
      });
      return Promise.resolve(new Response(body));
    },
  });
  const changed = (what: string, isSo: () => boolean) =>
    inTime(
      what,
      new Promise<void>((resolve) => {
        if (isSo()) return resolve();
        const end = pulls.subscribe(() => isSo() && (end(), resolve()));
      }),
    );
  return {
    pulls,
    asked,
    answers,
    stopping,
    changed,
    send: (text: string, stream = 0) => streams[stream].enqueue(encoder.encode(text)),
    end: (stream = 0) => streams[stream].close(),
    get cancelled() {
      return cancelled;
    },
  };
}

Deno.test("Pulls follows a pull to its end, at the backend that was named", async () => {
  const { pulls, asked, changed, send, end } = scene();
  const done = pulls.start(wanted);
  await changed("it runs", () => pulls.list.length === 1);
  await Promise.resolve();
  send(`{"status":"pulling a","digest":"a","total":10,"comp`);
  send(`leted":5}\n`);
  await changed("progress", () => pulls.list[0].progress.parts.get("a")?.completed === 5);
  assertEquals(pulls.list[0].state, "running");
  send(`{"status":"success"}\n`);
  end();
  await done;
  assertEquals(pulls.list.map(({ state }) => state), ["done"]);
  const headers = new Headers(asked[0].init.headers);
  assertEquals([asked[0].path, headers.get("x-broker-backend"), asked[0].init.body], [
    "/api/pull",
    "local",
    `{"model":"llama3.2","stream":true}`,
  ]);
});

Deno.test("Pulls starts no second pull of what runs already, and runs several others", async () => {
  const { pulls, asked, send, end } = scene();
  const first = pulls.start(wanted);
  await pulls.start(wanted);
  const second = pulls.start({ ...wanted, model: "qwen3" });
  assertEquals([asked.length, pulls.list.map(({ model }) => model)], [2, ["qwen3", "llama3.2"]]);
  await Promise.resolve();
  for (const stream of [0, 1]) {
    send(`{"status":"success"}\n`, stream);
    end(stream);
  }
  await Promise.all([first, second]);
  pulls.forgetEnded();
  assertEquals(pulls.list, []);
});

Deno.test("Pulls tells why a pull failed: a refusal, an error line without its secrets, an end in the middle", async () => {
  const { pulls, answers } = scene();
  answers.push(
    Response.json({ error: "local is not running" }, { status: 502 }),
    new Response(`{"error":"the-secret was refused"}\n`),
    new Response(`{"status":"pulling"}\n`),
  );
  for (const model of ["a", "b", "c"]) await pulls.start({ ...wanted, model });
  assertEquals(pulls.list.map(({ state, error }) => [state, error]), [
    ["failed", "local ended without saying that it is done"],
    ["failed", "*** was refused"],
    ["failed", "local is not running"],
  ]);
});

Deno.test("Pulls cancels a pull, and ends all with the daemon; the connection ends too", async () => {
  const parts = scene();
  const { pulls, stopping, changed, send } = parts;
  const first = pulls.start(wanted);
  const second = pulls.start({ ...wanted, model: "qwen3" });
  await Promise.resolve();
  send(`{"status":"pulling"}\n`, 0);
  send(`{"status":"pulling"}\n`, 1);
  await changed("both run", () => pulls.list.every(({ progress }) => progress.step === "pulling"));
  pulls.cancel(pulls.list[1].id);
  await first;
  assertEquals([pulls.list.map(({ state }) => state), parts.cancelled], [["running", "cancelled"], 1]);
  stopping.abort(new Error("The daemon stops"));
  await second;
  assertEquals([pulls.list.map(({ state }) => state), parts.cancelled], [["cancelled", "cancelled"], 2]);
});

Deno.test("Pulls remembers the last twenty that have ended", async () => {
  const { pulls, answers } = scene();
  for (let i = 0; i < 25; i++) {
    answers.push(new Response(`{"status":"success"}\n`));
    await pulls.start({ ...wanted, model: `m${i}` });
  }
  assertEquals([pulls.list.length, pulls.list[0].model], [20, "m24"]);
});

Deno.test("Pulls does not tell of each line of a flood", async () => {
  const { pulls, answers } = scene();
  let told = 0;
  pulls.subscribe(() => void told++);
  const lines = Array.from({ length: 5_000 }, (_, i) => `{"status":"p","digest":"${i % 900}","total":9}\n`);
  answers.push(new Response(`${lines.join("")}{"status":"success"}\n`));
  await pulls.start(wanted);
  assertEquals([pulls.list[0].state, told], ["done", 3]);
});
