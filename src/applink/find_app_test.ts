import { assertEquals } from "@std/assert";
import { findApp, programOf } from "./find_app.ts";

/** A home folder with programs and entries, by path below it. */
async function scene(files: Record<string, { text?: string; mode?: number }>, body: (home: string) => Promise<void>) {
  const home = await Deno.makeTempDir({ prefix: "find-app-" });
  try {
    for (const [path, { text = "", mode = 0o755 }] of Object.entries(files)) {
      await Deno.mkdir(`${home}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${home}/${path}`, text.replaceAll("HOME", home), { mode });
    }
    await body(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const place = ".local/share/cloudtolocalllm/cloudtolocalllm";
const entry = ".local/share/applications/cloudtolocalllm.desktop";
const find = (home: string, command: string | null = null, ownProgram = "/nowhere/own") =>
  findApp({ command, ownProgram, env: (name) => ({ HOME: home, XDG_DATA_DIRS: "/nowhere" })[name] });

Deno.test("findApp() takes what the user said, else the usual place, else what the desktop entry names", async () => {
  const files = {
    "own/app": {},
    [place]: {},
    "entry/app": {},
    [entry]: { text: "[Desktop Entry]\nExec=HOME/entry/app %u\n" },
  };
  await scene(files, async (home) => {
    assertEquals(await find(home, `${home}/own/app`), `${home}/own/app`);
    assertEquals(await find(home), `${home}/${place}`);
    await Deno.remove(`${home}/${place}`);
    assertEquals(await find(home), `${home}/entry/app`);
    await Deno.remove(`${home}/entry/app`);
    assertEquals(await find(home), undefined);
  });
});

Deno.test("findApp() takes no folder, no plain file, and never this program, also by another name", async () => {
  await scene({ [place]: { mode: 0o644 }, "own/daemon": {} }, async (home) => {
    assertEquals(await find(home), undefined);
    assertEquals(await find(home, `${home}/own`), undefined);
    await Deno.symlink(`${home}/own/daemon`, `${home}/link`);
    assertEquals(await find(home, `${home}/link`, `${home}/own/daemon`), undefined);
  });
});

Deno.test("programOf() names only what can be nothing but the app", () => {
  const of = (exec: string) => programOf(`[Desktop Entry]\nName=x\nExec=${exec}\nType=Application\n`);
  assertEquals([of("/opt/app %u"), of('"/opt/my app/run" --x')], ["/opt/app", "/opt/my app/run"]);
  for (const exec of ["/usr/bin/cloudtolocalllm", "cloudtolocalllm", "env X=1 /opt/app", "", "./app"]) {
    assertEquals(of(exec), undefined, exec);
  }
  assertEquals(programOf("nothing"), undefined);
});
