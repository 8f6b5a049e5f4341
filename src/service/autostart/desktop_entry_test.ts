import { assertEquals, assertThrows } from "@std/assert";
import {
  entryValue,
  escapeValue,
  isDesktopEntry,
  quoteExec,
  renderEntry,
  unescapeValue,
  withEntryValues,
} from "./desktop_entry.ts";

for (
  const [command, value] of [
    [["/usr/bin/cloudtolocalllm", "run"], "/usr/bin/cloudtolocalllm run"],
    [["/opt/my apps/c", "run"], `"/opt/my apps/c" run`],
    [["/a", `say "hi"`], String.raw`/a "say \\"hi\\""`],
    [["/a", "it's"], `/a "it's"`],
    [["/a", "$HOME"], String.raw`/a "\\$HOME"`],
    [["/a", "`id`"], '/a "\\\\`id\\\\`"'],
    [["/a", "b\\c"], String.raw`/a "b\\\\c"`],
    [["/100%/a", "50%"], "/100%%/a 50%%"],
    [["/a", ""], `/a ""`],
    [["/a", "b\nc\td"], String.raw`/a "b\nc\td"`],
    [["/a", "b;c", "*", "~", "#", "(", "x>y", "a&b", "a|b", "a?"], `/a "b;c" "*" "~" "#" "(" "x>y" "a&b" "a|b" "a?"`],
    [["/a", "--mode=cloud-only", "ü,.:/@+-_"], "/a --mode=cloud-only ü,.:/@+-_"],
  ] as [string[], string][]
) {
  Deno.test(`quoteExec() writes ${JSON.stringify(command)}`, () => assertEquals(quoteExec(command), value));
}

Deno.test("quoteExec() refuses what the specification cannot write", () => {
  assertThrows(() => quoteExec(["/a=b/c", "run"]), Error, `its path has a "=" in it`);
  assertThrows(() => quoteExec([]), Error, "empty command");
});

Deno.test("quoteExec() gives programs the very arguments, as GLib reads them", { ignore: !hasGio() }, async () => {
  const folder = await Deno.makeTempDir({ prefix: "exec 'x' $y " });
  try {
    const program = `${folder}/record it.sh`;
    await Deno.writeTextFile(
      program,
      `#!/bin/sh\nprintf '%s\\0' "$@" >"$(dirname "$0")/part"\nmv "$(dirname "$0")/part" "$(dirname "$0")/seen"\n`,
    );
    await Deno.chmod(program, 0o755);
    const args = [" a b ", `"`, "'", "$HOME", "`id`", "\\", "\\\\n", "100%", "%u", "a\nb", "tab\t", "*", "~", ""];
    const entry = renderEntry({ Type: "Application", Name: "x", Exec: quoteExec([program, ...args]) });
    await Deno.writeTextFile(`${folder}/x.desktop`, entry);
    const watcher = Deno.watchFs(folder);
    const { code, stderr } = await new Deno.Command("gio", { args: ["launch", `${folder}/x.desktop`] }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    const seen = await whenThere(`${folder}/seen`, watcher);
    assertEquals(seen.split("\0").slice(0, -1), args);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function hasGio(): boolean {
  try {
    return new Deno.Command("gio", { args: ["version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch (error) {
    // In CI, where tests/install_programs.sh has run, the test is not skipped and fails.
    if (error instanceof Deno.errors.NotFound) return Deno.env.get("CI") !== undefined;
    throw error;
  }
}

async function whenThere(path: string, watcher: Deno.FsWatcher): Promise<string> {
  const read = async () => await Deno.readTextFile(path).catch(() => undefined);
  const first = await read();
  if (first !== undefined) {
    watcher.close();
    return first;
  }
  for await (const _ of watcher) {
    const text = await read();
    if (text !== undefined) return text;
  }
  throw new Error("The watch ended");
}

Deno.test("escapeValue() and unescapeValue() keep every string, on one line", () => {
  for (const text of [" leading", "a\nb\tc\rd", "\\n", "\\\\", "plain", ""]) {
    assertEquals(escapeValue(text).includes("\n"), false);
    assertEquals(unescapeValue(escapeValue(text)), text);
  }
});

const edited = `# mine
[Desktop Entry]
Type=Application
Name[de]=Wolke
Exec = /a run  
#Hidden=false

[Desktop Action x]
Exec=/b
Hidden=true
`;

Deno.test("entryValue() reads the group [Desktop Entry] only", () => {
  assertEquals(entryValue(edited, "Exec"), "/a run");
  assertEquals(entryValue(edited, "Hidden"), undefined);
  assertEquals(entryValue(edited, "Name"), undefined);
  assertEquals(entryValue(edited, "Name[de]"), "Wolke");
  assertEquals(entryValue("Exec=/a", "Exec"), undefined);
});

Deno.test("withEntryValues() changes the lines named and leaves the rest", () => {
  assertEquals(
    withEntryValues(edited, { Exec: "/c", Hidden: "true" }),
    edited.replace("Exec = /a run  ", "Exec=/c").replace("#Hidden=false\n", "#Hidden=false\nHidden=true\n"),
  );
});

Deno.test("withEntryValues() ends a group that has no line end", () => {
  assertEquals(withEntryValues("[Desktop Entry]\nName=x", { Hidden: "true" }), "[Desktop Entry]\nName=x\nHidden=true");
});

Deno.test("isDesktopEntry() asks for the group", () => {
  assertEquals([edited, "[Other]\n", ""].map(isDesktopEntry), [true, false, false]);
  assertThrows(() => withEntryValues("[Other]\n", { Hidden: "true" }), Error, "no group [Desktop Entry]");
});
