import { assert, assertEquals } from "@std/assert";
import { TimerQueue } from "./timer_queue.ts";

const monotonic = () => performance.now();

function fired(queue: TimerQueue, ms: number): Promise<void> {
  return new Promise((resolve) => queue.after(ms, resolve));
}

Deno.test("TimerQueue calls back in the order of the times, not of the calls, and never early", async () => {
  const since = monotonic();
  let isFrozen = true;
  // A busy machine may stop us between the calls: for the queue they are made at one time.
  const queue = new TimerQueue(() => isFrozen ? since : monotonic());
  const seen: string[] = [];
  const note = (name: string, ms: number) => () => {
    seen.push(name);
    assert(monotonic() - since >= ms, `${name} came after ${monotonic() - since} ms`);
  };
  queue.after(30, note("c", 30));
  queue.after(10, note("a", 10));
  queue.after(20, note("b", 20));
  isFrozen = false;
  await fired(queue, 40);
  assertEquals(seen, ["a", "b", "c"]);
  assertEquals(queue.pending, 0);
});

Deno.test("TimerQueue forgets what is cancelled, also by a callback of the same moment", async () => {
  const queue = new TimerQueue(() => 0);
  const seen: string[] = [];
  let cancelSecond = () => {};
  const first = new Promise<void>((resolve) =>
    queue.after(0, () => {
      cancelSecond();
      resolve();
    })
  );
  cancelSecond = queue.after(0, () => seen.push("second"));
  const cancelled = queue.after(5, () => seen.push("cancelled"));
  cancelled();
  cancelled();
  await first;
  assertEquals([seen, queue.pending], [[], 0]);
});

Deno.test("TimerQueue lets a callback set the next one, at once too", async () => {
  const queue = new TimerQueue(monotonic);
  await new Promise<void>((resolve) => queue.after(1, () => queue.after(0, () => queue.after(2, resolve))));
  assertEquals(queue.pending, 0);
});

Deno.test("TimerQueue still calls the others when one throws, and reports the error as the platform does", async () => {
  const source = `import { TimerQueue } from "./src/core/timer_queue.ts";
    const queue = new TimerQueue(() => performance.now());
    globalThis.addEventListener("error", (event) => { event.preventDefault(); console.log(event.message); });
    queue.after(1, () => { throw new Error("broken"); });
    queue.after(1, () => console.log("still here"));`;
  const cwd = new URL("../..", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", source], cwd }).output();
  assertEquals(new TextDecoder().decode(stdout), "Uncaught Error: broken\nstill here\n");
});

Deno.test("TimerQueue keeps a process alive as long as a timer waits, and no longer", async () => {
  const source = `import { TimerQueue } from "./src/core/timer_queue.ts";
    const queue = new TimerQueue(() => performance.now());
    queue.after(60_000, () => {})();
    queue.after(20, () => console.log("fired"));`;
  const cwd = new URL("../..", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", source], cwd }).output();
  assertEquals(new TextDecoder().decode(stdout), "fired\n");
});
