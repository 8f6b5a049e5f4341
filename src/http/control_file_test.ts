import { assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/support/in_time.ts";
import { refusedPort } from "../../tests/support/model_server.ts";
import { ControlFile } from "./control_file.ts";

const content = { url: "http://127.0.0.1:1", token: "secret", pid: 42, version: "1.2.3" };

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ControlFile is there for its user only, in a folder for its user only, and goes with the daemon", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/cloudtolocalllm/control.json`;
    const file = await ControlFile.write(path, content);
    assertEquals(JSON.parse(await Deno.readTextFile(path)), content);
    const modes = [path, `${folder}/cloudtolocalllm`].map((one) => Deno.statSync(one).mode! & 0o777);
    assertEquals(modes, [0o600, 0o700]);
    await file!.remove();
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
    await file!.remove();
  });
});

Deno.test("ControlFile takes the place of one that a killed daemon left, whatever its mode", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    for (const left of [`{"url":"http://127.0.0.1:${refusedPort()}"}`, "not JSON", "{}", ""]) {
      await Deno.writeTextFile(path, left, { mode: 0o644 });
      assertEquals((await ControlFile.write(path, content)) !== undefined, true, left);
      assertEquals([JSON.parse(await Deno.readTextFile(path)).token, Deno.statSync(path).mode! & 0o777], [
        "secret",
        0o600,
      ]);
    }
  });
});

Deno.test("ControlFile leaves that of another daemon, which runs, alone", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    const authorized = (request: Request) => request.headers.get("authorization") === "Bearer secret";
    await using other = Deno.serve(
      options,
      (request) => new Response(null, { status: authorized(request) ? 200 : 401 }),
    );
    const theirs = JSON.stringify({ ...content, url: `http://127.0.0.1:${other.addr.port}` });
    await Deno.writeTextFile(path, theirs);
    assertEquals(await ControlFile.write(path, content), undefined);
    assertEquals(await Deno.readTextFile(path), theirs);
  });
});

Deno.test("ControlFile takes the place of one whose port a daemon with another token has now, such as ourselves", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    await using ourselves = Deno.serve(options, () => new Response(null, { status: 401 }));
    const url = `http://127.0.0.1:${ourselves.addr.port}`;
    await Deno.writeTextFile(path, JSON.stringify({ ...content, url, token: "of a killed daemon" }));
    const file = await ControlFile.write(path, { ...content, url });
    assertEquals([file !== undefined, JSON.parse(await Deno.readTextFile(path)).token], [true, "secret"]);
  });
});

Deno.test("remove() leaves what another daemon has put there meanwhile", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    const file = await ControlFile.write(path, content);
    await Deno.writeTextFile(path, "theirs");
    await file!.remove();
    assertEquals(await Deno.readTextFile(path), "theirs");
  });
});

Deno.test("ControlFile follows no link", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    await Deno.writeTextFile(`${folder}/victim`, "untouched");
    await Deno.symlink("victim", path);
    await ControlFile.write(path, content);
    assertEquals(await Deno.readTextFile(`${folder}/victim`), "untouched");
    assertEquals((await Deno.lstat(path)).isSymlink, false);
  });
});

Deno.test("ControlFile is not left in a folder that others may write to", async () => {
  await withFolder(async (folder) => {
    for (const mode of [0o720, 0o702, 0o777]) {
      await Deno.chmod(folder, mode);
      const write = () => ControlFile.write(`${folder}/control.json`, content);
      await assertRejects(write, Error, `(mode ${mode.toString(8)}); correct it with: chmod 700 ${folder}`);
      assertEquals([...Deno.readDirSync(folder)], []);
    }
  });
});

Deno.test("ControlFile takes the place of a pipe without waiting for its writer", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const file = await inTime("the file is written", ControlFile.write(path, content));
    assertEquals(JSON.parse(await Deno.readTextFile(path)), content);
    await file!.remove();
  });
});

Deno.test("ControlFile takes away what a daemon that was killed while it wrote has left", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/control.json`;
    await Deno.writeTextFile(`${path}.${crypto.randomUUID()}.tmp`, "{");
    await ControlFile.write(path, { url: "http://127.0.0.1:1", token: "t", pid: 1, version: "1" });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["control.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
