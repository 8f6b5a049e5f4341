import { assertEquals, assertRejects } from "@std/assert";
import { controlFile, FakeSystem } from "../../tests/support/fake_web.ts";
import { controlFilePath, readControlFile } from "./control_file.ts";
import { resolvePaths } from "../config/paths.ts";

Deno.test("controlFilePath() is where the daemon writes it", () => {
  const environments: Record<string, string>[] = [
    { XDG_RUNTIME_DIR: "/run/user/1000", HOME: "/home/a" },
    { XDG_RUNTIME_DIR: "/run/user/1000/", HOME: "/home/a" },
    { XDG_STATE_HOME: "/state", HOME: "/home/a" },
    { XDG_RUNTIME_DIR: "relative", HOME: "/home/a" },
    { XDG_RUNTIME_DIR: "", HOME: "/home/a/" },
    { HOME: "/" },
  ];
  for (const variables of environments) {
    const env = (name: string) => variables[name] || undefined;
    assertEquals(controlFilePath({ env }), resolvePaths(env).controlFile, JSON.stringify(variables));
  }
  assertEquals(controlFilePath({ env: () => undefined }), undefined);
});

const path = "/run/control.json";
const read = (file: { text: string; mode: number } | Error) =>
  readControlFile(path, new FakeSystem({ files: { [path]: file } }));

Deno.test("readControlFile() takes address and token of one that is its user's alone", async () => {
  assertEquals(await read(controlFile("http://127.0.0.1:4000/", "secret")), {
    url: "http://127.0.0.1:4000",
    token: "secret",
  });
  assertEquals(await readControlFile(path, new FakeSystem()), undefined);
});

Deno.test("readControlFile() believes no other", async () => {
  const url = "http://127.0.0.1:4000";
  const cases: [file: { text: string; mode: number } | Error, reason: string][] = [
    [controlFile(url, "secret", 0o644), "its mode 644 lets other users at the token"],
    [controlFile(url, "secret", 0o620), "its mode 620 lets other users at the token"],
    [controlFile("http://192.168.0.2:4000", "secret"), "is not on this machine"],
    [controlFile("http://127.0.0.1.example.org:4000", "secret"), "is not on this machine"],
    [controlFile("file:///etc/passwd", "secret"), "it is not what a daemon writes"],
    [controlFile(url, "two\nlines"), "it is not what a daemon writes"],
    [{ text: "{", mode: 0o600 }, "it is not what a daemon writes"],
    [{ text: "null", mode: 0o600 }, "it is not what a daemon writes"],
    [{ text: "{}", mode: 0o600 }, "it is not what a daemon writes"],
    [new Error("permission denied"), "permission denied"],
  ];
  for (const [file, reason] of cases) await assertRejects(() => read(file), Error, reason);
});
