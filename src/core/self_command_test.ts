import { assertEquals } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { lastingCommand, selfCommand } from "./self_command.ts";

const binary = { isStandalone: true, execPath: "/usr/bin/cloudtolocalllm" } as const;

Deno.test("selfCommand() of a compiled binary is the binary", () => {
  assertEquals(selfCommand(["run"], binary), { program: "/usr/bin/cloudtolocalllm", args: ["run"] });
});

Deno.test("selfCommand() from source writes the permissions of deno.json out", () => {
  const { program, args } = selfCommand(["gtk"], {
    permissions: "gtk",
    isStandalone: false,
    execPath: "/usr/bin/deno",
    mainModule: "file:///home/o%20o/main.ts",
  });
  assertEquals(program, "/usr/bin/deno");
  assertEquals(args.slice(args.indexOf("--allow-read")), [
    "--allow-read",
    `--allow-env=${manifest.permissions.gtk.env.join(",")}`,
    "--allow-ffi",
    "/home/o o/main.ts",
    "gtk",
  ]);
});

/** Says what it may do, started as we start ourselves, from a folder without deno.json. */
const probe = `
const state = (descriptor) => Deno.permissions.querySync(descriptor).state;
console.log(JSON.stringify({
  net: state({ name: "net" }), ffi: state({ name: "ffi" }), run: state({ name: "run" }),
  home: state({ name: "env", variable: "HOME" }), ours: state({ name: "env", variable: "CLOUDTOLOCALLLM_X" }),
  other: state({ name: "env", variable: "SHELL" }), args: Deno.args,
}));`;

for (
  const [permissions, expected] of [
    ["daemon", { net: "granted", ffi: "prompt", run: "granted", home: "granted", ours: "granted", other: "prompt" }],
    ["gtk", { net: "prompt", ffi: "granted", run: "prompt", home: "prompt", ours: "prompt", other: "prompt" }],
  ] as const
) {
  Deno.test(`selfCommand() starts a bundle that has no deno.json beside it with the set ${permissions}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "self 100% " });
    try {
      const bundle = `${folder}/bundle.js`;
      await Deno.writeTextFile(bundle, probe);
      const mainModule = new URL(`file://${encodeURI(bundle)}`).href;
      const { program, args } = selfCommand(["a b", "--flag"], { permissions, mainModule, isStandalone: false });
      const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)), { ...expected, args: ["a b", "--flag"] });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const mounted = { isStandalone: true, execPath: "/tmp/.mount_CloudXYZ/usr/bin/cloudtolocalllm" } as const;

for (
  const [name, env, options, program] of [
    [
      "of an AppImage is its file",
      { APPIMAGE: "/home/a/Cloud.AppImage", APPDIR: "/tmp/.mount_CloudXYZ" },
      mounted,
      "/home/a/Cloud.AppImage",
    ],
    [
      "of a program that another AppImage started is the program",
      { APPIMAGE: "/home/a/Terminal.AppImage", APPDIR: "/tmp/.mount_TermXYZ" },
      binary,
      binary.execPath,
    ],
    ["without APPDIR is the program", { APPIMAGE: "/home/a/Cloud.AppImage" }, mounted, mounted.execPath],
    ["of an installed program is the program", {}, binary, binary.execPath],
  ] as const
) {
  Deno.test(`lastingCommand() ${name}`, () => {
    const variables: Record<string, string> = env;
    assertEquals(lastingCommand(["run"], { ...options, env: (name) => variables[name] }), { program, args: ["run"] });
  });
}
