import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { until } from "../../../tests/support/desktop/until.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import type { FromGtk } from "../../../ffi/protocol.ts";
import { DisplayClosed, GtkMissing, GtkProcess } from "./gtk_process.ts";

const ready = `echo '{"ready":true}'`;

/** A shell script in the place of GTK's process. */
function scriptScene(script: string, env: Record<string, string> = { DISPLAY: ":nowhere" }) {
  const scene = new DesktopScene({ env });
  const messages: FromGtk[] = [];
  const stop = new AbortController();
  const options = {
    context: scene.context,
    command: { program: "sh", args: ["-c", script] },
    onMessage: (message: FromGtk) => void messages.push(message),
    signal: stop.signal,
  };
  return { scene, messages, stop, start: () => inTime("GTK's process starts", GtkProcess.start(options)) };
}

for (
  const [code, error, words] of [
    [10, GtkMissing, "GTK 3 is not installed"],
    [11, DisplayClosed, "display cannot be opened"],
  ] as const
) {
  Deno.test(`GtkProcess.start() takes exit code ${code} for ${error.name}`, async () => {
    const { scene, start } = scriptScene(`exit ${code}`);
    await assertRejects<Error>(start, error, words);
    assertEquals(scene.fakeClock.pending, 0);
  });
}

Deno.test("GtkProcess.start() starts nothing without a display", async () => {
  const { start } = scriptScene("exit 99", {});
  assertStringIncludes((await assertRejects(start, GtkMissing)).message, "DISPLAY is not set");
});

Deno.test("GtkProcess.start() rejects with what may go better next time when the process fails", async () => {
  for (const [script, end] of [["exit 1", "1"], ["kill -9 $$", "SIGKILL"]]) {
    const { start } = scriptScene(script);
    const error = await assertRejects(start, Error, `GTK's process ended with ${end}`);
    assert(!(error instanceof GtkMissing));
  }
});

Deno.test("GtkProcess.start() gives up a process that is never ready, and leaves nothing of it", async () => {
  const { scene, start } = scriptScene("exec sleep 1000");
  const started = start();
  await scene.fakeClock.advance(30_000);
  await scene.fakeClock.advance(1_000);
  await assertRejects(() => started, Error, "not ready within 30 s");
  assertEquals(scene.fakeClock.pending, 0);
});

Deno.test("GtkProcess.start() ends with its signal, the process with it", async () => {
  const { scene, stop, start } = scriptScene(`echo $$ >&2; exec sleep 1000`);
  const started = start();
  const { fields } = await scene.logged(/writes/);
  stop.abort(new Error("The tray is switched off"));
  await assertRejects(() => started, Error, "The tray is switched off");
  assertThrows(() => Deno.kill(Number(fields.line), "SIGKILL"), Deno.errors.NotFound);
  assertEquals(scene.fakeClock.pending, 0);
  await assertRejects(start, Error, "The tray is switched off");
});

Deno.test("GtkProcess's process sees no secret", async () => {
  const variable = "CLOUDTOLOCALLLM_SECRET_GTK_TEST";
  Deno.env.set(variable, "the-token");
  try {
    const { scene, messages, start } = scriptScene(
      `echo "{\\"clicked\\":\\"<$${variable}>\\"}"; ${ready}; cat >/dev/null`,
    );
    scene.configure({
      backends: [{ id: "a", kind: "openai", url: "https://example.org", location: "cloud", secret: "gtk-test" }],
    });
    await (await start()).close();
    assertEquals(messages, [{ clicked: "<>" }]);
  } finally {
    Deno.env.delete(variable);
  }
});

Deno.test("GtkProcess survives whatever its process says", async () => {
  const { scene, messages, start } = scriptScene(`
    ${ready}; echo; echo nonsense; echo '[1]'; head -c 5000000 /dev/zero | tr '\\0' x; echo
    echo '{"error":"no icon"}'; echo '{"activated":true}'; printf '{"half":'; echo warning >&2; cat >/dev/null`);
  const process = await start();
  await scene.logged(/could not do something/);
  await scene.logged(/writes/);
  await process.close();
  assertEquals(messages, [{ activated: true }]);
  assertEquals(scene.log.filter(({ message }) => message.includes("no message")).length, 4);
  assertEquals(scene.fakeClock.pending, 0);
});

Deno.test("GtkProcess logs only so much of what its process says", async () => {
  const floods = {
    warnings: `seq 200 >&2`,
    "long warnings": `for at in $(seq 50); do echo "$(seq 400 | tr '\\n' x)" >&2; done`,
    nonsense: `seq 200`,
    errors:
      `long=$(head -c 1000000 /dev/zero | tr '\\0' e); for at in $(seq 30); do echo "{\"error\":\"$long\"}"; done`,
  };
  for (const [name, flood] of Object.entries(floods)) {
    const { scene, start } = scriptScene(`${flood}; ${ready}; cat >/dev/null; echo '{"error":"later"}'`);
    const process = await start();
    await until(`${name} are read`, () => scene.log.length === 20 || undefined);
    await scene.fakeClock.advance(60_000);
    await process.close();
    assertEquals(scene.log.length, 21, name);
    assertEquals(scene.log.at(-1)!.fields, { error: "later" });
    const lengths = scene.log.flatMap(({ fields }) => Object.values(fields).map((value) => String(value).length));
    assert(Math.max(...lengths) <= 300, name);
  }
});

Deno.test("GtkProcess.close() ends the input first", async () => {
  const { scene, start } = scriptScene(`trap '' TERM; ${ready}; cat >/dev/null`);
  const process = await start();
  await inTime("the process ends", process.close());
  await process.close();
  assertEquals(scene.fakeClock.pending, 0);
});

Deno.test("GtkProcess.close() sends SIGTERM a second later, and SIGKILL another second later", async () => {
  for (const [trap, afterMs] of [["exit 0", 1_000], ["", 2_000]] as const) {
    const { scene, start } = scriptScene(`trap '${trap}' TERM; ${ready}; while :; do sleep 0.01; done`);
    const process = await start();
    let hasEnded = false;
    process.ended.then(() => hasEnded = true);
    const closed = process.close();
    await scene.fakeClock.advance(afterMs - 1);
    assertEquals(hasEnded, false);
    await scene.fakeClock.advance(1);
    await inTime("the process ends", closed);
    assertEquals(scene.fakeClock.pending, 0);
  }
});

Deno.test("GtkProcess.ended settles when the process is killed, and nothing can be sent any more", async () => {
  const { start } = scriptScene(`${ready}; kill -9 $$`);
  const process = await start();
  await inTime("it tells its end", process.ended);
  await assertRejects(() => process.send({ copy: "late" }));
});

Deno.test("GtkProcess.ended does not wait for a program that holds the output open", async () => {
  const { scene, messages, start } = scriptScene(`sleep 1000 & echo "{\\"clicked\\":\\"$!\\"}"; ${ready}`);
  const process = await start();
  await until("its output is waited for", () => scene.fakeClock.pending > 0 || undefined);
  await scene.fakeClock.advance(1_000);
  await inTime("it tells its end", process.ended);
  const [{ clicked: sleeper }] = messages as [{ clicked: string }];
  Deno.kill(Number(sleeper), "SIGKILL");
});
