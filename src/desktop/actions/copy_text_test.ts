import { assertEquals, assertRejects } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import { type CopyOptions, copyText } from "./copy_text.ts";

const address = "http://127.0.0.1:11435";
const x11 = { DISPLAY: ":0" };
const wayland = { WAYLAND_DISPLAY: "wayland-0" };

function optionsOf(programs: FakePrograms, env: Record<string, string>): CopyOptions & { scene: DesktopScene } {
  const scene = new DesktopScene({ env });
  const { clock, log } = scene.context;
  const copyWithGtk = () => Promise.reject(new Error("libgtk-3 is missing"));
  return { scene, bus: undefined, env: scene.context.env, clock, log, childEnv: programs.env, copyWithGtk };
}

for (
  const [program, env, args] of [
    ["wl-copy", { ...wayland, ...x11 }, ["--type", "text/plain"]],
    ["xclip", x11, ["-selection", "clipboard", "-in"]],
    ["xsel", x11, ["--clipboard", "--input"]],
  ] as const
) {
  Deno.test(`copyText() gives the text to ${program}`, async () => {
    await using programs = await FakePrograms.make();
    await programs.add(program, { reads: true });
    await copyText(address, optionsOf(programs, env));
    const calls = await programs.calls(program);
    assertEquals(calls.map(({ args, input }) => ({ args, input })), [{ args: [...args], input: address }]);
  });
}

Deno.test("copyText() takes the next way when one fails", async () => {
  await using programs = await FakePrograms.make();
  for (const name of ["wl-copy", "xclip"]) await programs.add(name, { reads: true, exit: 1 });
  await programs.add("xsel", { reads: true });
  await copyText(address, optionsOf(programs, { ...wayland, ...x11 }));
  for (const name of ["wl-copy", "xclip", "xsel"]) assertEquals((await programs.calls(name)).length, 1, name);
});

Deno.test("copyText() asks no program for another display server", async () => {
  await using programs = await FakePrograms.make();
  for (const name of ["wl-copy", "xclip", "xsel"]) await programs.add(name, { reads: true });
  await assertRejects(() => copyText(address, optionsOf(programs, {})), Error);
  await copyText(address, optionsOf(programs, x11));
  assertEquals((await programs.calls("wl-copy")).length, 0);
});

Deno.test("copyText() ends a program that hangs and takes the next", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("wl-copy", { reads: true, stays: true });
  const options = optionsOf(programs, { ...wayland, ...x11 });
  const copied: string[] = [];
  // deno-lint-ignore require-await
  const done = copyText(address, { ...options, copyWithGtk: async (text) => void copied.push(text) });
  await programs.started("wl-copy");
  await options.scene.fakeClock.advance(3_000);
  await done;
  await Deno.remove(`${programs.folder}/wl-copy.gate`);
  assertEquals(copied, [address]);
});

Deno.test("copyText() tells the text where nothing can copy it", async () => {
  await using programs = await FakePrograms.make();
  const options = optionsOf(programs, { ...wayland, ...x11 });
  await assertRejects(() => copyText(address, options), Error, `Copy this yourself: ${address}`);
  assertEquals(options.scene.log.map(({ fields }) => fields.way), ["wl-copy", "xclip", "xsel", "GTK"]);
});
