import { assert, assertEquals, assertRejects } from "@std/assert";
import type { FromGtk, Shown } from "../../ffi/protocol.ts";
import { systemClock } from "../../src/core/clock.ts";
import { DisplayClosed, GtkMissing, GtkProcess } from "../../src/desktop/tray/gtk_process.ts";
import { iconPixmaps } from "../../src/desktop/tray/icon_pixmaps.ts";
import type { TrayModel } from "../../src/desktop/tray/tray_model_types.ts";
import { gtkCommand, GtkScene } from "../support/desktop/gtk_scene.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startTrayer } from "../support/desktop/panels.ts";
import { until } from "../support/desktop/until.ts";
import { XDisplay } from "../support/desktop/x_display.ts";
import { DesktopScene } from "../support/desktop_context.ts";
import { inTime } from "../support/in_time.ts";

const model: TrayModel = { icon: "cloud", colour: "light", title: "CloudToLocalLLM", tooltip: "All is well", menu: [] };

function contextOf(env: Record<string, string>) {
  return new DesktopScene({ clock: systemClock, env }).context;
}

desktopTest("GTK's process says so when the display is not there", ["Xvfb"], async () => {
  const env = { DISPLAY: ":65000" };
  const start = () => GtkProcess.start({ context: contextOf(env), command: gtkCommand(env), onMessage() {} });
  await assertRejects(start, DisplayClosed, "display cannot be opened");
});

desktopTest("GTK's process says so when there is no GTK", ["Xvfb"], async () => {
  const url = new URL("../../ffi/gtk_process.ts", import.meta.url).href;
  const script = `import { runGtkProcess } from "${url}"; Deno.exit(runGtkProcess({ library: "libgtk-none.so.0" }))`;
  const command = { program: Deno.execPath(), args: ["eval", "--quiet", script] };
  const start = () => GtkProcess.start({ context: contextOf({ DISPLAY: ":0" }), command, onMessage() {} });
  await assertRejects(start, GtkMissing, "GTK 3 is not installed");
});

/** GTK's process without our end of it: what it is told and says, byte by byte. */
function startRaw(env: Record<string, string>) {
  const { program, args } = gtkCommand(env);
  const options = { args, env, stdin: "piped", stdout: "piped", stderr: "null" } as const;
  const child = new Deno.Command(program, options).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  const hears = async (text: string) => {
    while (!said.includes(text)) {
      const { value, done } = await inTime(`it says ${text}, not only ${said}`, output.read());
      if (done) throw new Error(`It ended before it said ${text}: ${said}`);
      said += value;
    }
  };
  return { input, hears, status: child.status, output, said: () => said };
}

desktopTest("GTK's process survives whatever it is told", ["Xvfb"], async () => {
  await using display = await XDisplay.start();
  const { input, hears, status, output, said } = startRaw({ ...display.env });
  await hears(`{"ready":true}`);
  const tell = (text: string) => input.write(new TextEncoder().encode(text));
  await tell("nonsense\n[]\n");
  await hears("nonsense");
  await tell(
    `{"show":1}\n{"show":{"title":"","tooltip":"","menu":[],"icon":[{"width":9,"height":9,"argb":"AAAA"}]}}\n`,
  );
  await hears("an icon of 9 x 9 pixels with 3 bytes");
  await tell("x".repeat(5_000_000) + "\n");
  await hears("too long");
  await tell(`{"copy":`);
  await tell(`"half`);
  await tell(` and half\\u0000"}\n{"copy":"again"}\n`);
  await hears(`{"copied":true}\n{"copied":true}`);
  assert(!said().includes("lost"));
  await input.close();
  assertEquals((await inTime("it ends", status)).code, 0);
  await output.cancel();
});

desktopTest("GTK's process ends with the daemon, however that ends", ["Xvfb"], async () => {
  await using display = await XDisplay.start();
  const { program, args } = gtkCommand(display.env);
  const folder = await Deno.makeTempDir();
  // A daemon that is killed while GTK's process runs: the shell holds the other end of its input.
  const script = `mkfifo input; "$@" <input >output & exec 3>input; echo $! >pid; kill -STOP $$`;
  const parent = new Deno.Command("sh", { args: ["-c", script, "sh", program, ...args], env: display.env, cwd: folder })
    .spawn();
  const pid = await until("it is ready", async () => {
    const said = await Deno.readTextFile(`${folder}/output`);
    return said.includes("ready") ? (await Deno.readTextFile(`${folder}/pid`)).trim() : undefined;
  });
  parent.kill("SIGKILL");
  await parent.status;
  await until("it ends", async () => {
    // Where nobody reaps orphans it stays a zombie, without a command line.
    return await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "") === "" || undefined;
  });
  await Deno.remove(folder, { recursive: true });
});

desktopTest("GTK's process sleeps while nothing happens", ["Xvfb", "dbus-daemon", "trayer"], async () => {
  await using scene = await GtkScene.start(model);
  startTrayer(scene.session);
  await scene.iconOf(model);
  const pid = await scene.pid();
  const wakeUps = async () => {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${pid}/status`);
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)![1]);
  };
  // Until what belongs to its start is over: V8 and the tray have something left to do.
  await until("it sleeps for two seconds", async () => {
    const before = await wakeUps();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return await wakeUps() === before || undefined;
  });
});

/** Private memory of a process, in KB. */
async function privateMemory(pid: number): Promise<number> {
  return Number(/^Private_Dirty:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/smaps_rollup`))![1]);
}

desktopTest("GTK's process does not grow when menu, icon and words change all the time", ["Xvfb"], async () => {
  await using display = await XDisplay.start();
  let copied = Promise.withResolvers<void>();
  const context = contextOf({ ...display.env });
  const onMessage = (message: FromGtk) => "copied" in message && copied.resolve();
  const process = await GtkProcess.start({ context, command: gtkCommand(display.env), onMessage });
  const showMany = async (count: number) => {
    for (let at = 0; at < count; at++) await process.send({ show: otherEachTime(at) });
    copied = Promise.withResolvers();
    await process.send({ copy: "All were shown" });
    await inTime("all are shown", copied.promise);
    return await privateMemory(process.pid);
  };
  const before = await showMany(1_500);
  const after = await showMany(3_000);
  await process.close();
  // A menu that is not freed would leave 2 KB each time, 6 MB in all; heaps of V8 and GTK settle by less.
  assert(after - before < 4_500, `${before} KB became ${after} KB`);
});

function otherEachTime(at: number): Shown {
  const labels = Array.from({ length: 16 }, (_, index) => `${at % 3} ${index}`);
  const icon = iconPixmaps(at % 2 ? "local" : "cloud", "light")
    .map(({ width, height, argb }) => ({ width, height, argb: argb.toBase64() }));
  const menu = labels.map((label) => ({ kind: "item", key: label, label: `${label} ${at}`, enabled: true } as const));
  return { title: "CloudToLocalLLM", tooltip: `Number ${at}`, icon, menu };
}
