import { assert, assertEquals, assertRejects } from "@std/assert";
import { inTime } from "../../tests/support/in_time.ts";
import { refusedPort } from "../../tests/support/model_server.ts";
import { systemClock } from "../core/clock.ts";
import { controlProof } from "../core/control_proof.ts";
import { ControlFile, type ControlFileContent, OtherDaemon } from "./control_file.ts";

const content = { url: "http://127.0.0.1:1", token: "secret", pid: 42, version: "1.2.3" };

const write = (path: string, what: ControlFileContent) => ControlFile.write(path, what, systemClock);

function ours(file: ControlFile | OtherDaemon): ControlFile {
  assert(file instanceof ControlFile);
  return file;
}

/** What a daemon with this token answers to who wants it proved. */
function provesWith(token: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const nonce = new URL(request.url).searchParams.get("nonce")!;
    return Response.json({ proof: await controlProof(token, nonce) });
  };
}

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
    const file = await write(path, content);
    assertEquals(JSON.parse(await Deno.readTextFile(path)), content);
    const modes = [path, `${folder}/cloudtolocalllm`].map((one) => Deno.statSync(one).mode! & 0o777);
    assertEquals(modes, [0o600, 0o700]);
    await ours(file).remove();
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
    await ours(file).remove();
  });
});

Deno.test("ControlFile takes the place of one that a killed daemon left, whatever its mode", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    for (const left of [`{"url":"http://127.0.0.1:${refusedPort()}"}`, "not JSON", "{}", ""]) {
      await Deno.writeTextFile(path, left, { mode: 0o644 });
      assert(await write(path, content) instanceof ControlFile, left);
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
    await using other = Deno.serve(options, provesWith("secret"));
    const theirs = JSON.stringify({ ...content, url: `http://127.0.0.1:${other.addr.port}` });
    await Deno.writeTextFile(path, theirs);
    assertEquals(await write(path, content), new OtherDaemon(`http://127.0.0.1:${other.addr.port}`));
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
    const file = await write(path, { ...content, url });
    assertEquals([file instanceof ControlFile, JSON.parse(await Deno.readTextFile(path)).token], [true, "secret"]);
  });
});

Deno.test("ControlFile takes the place of one whose port another program has now, which answers everything", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    for (const body of ["mine", "{}", "null", '{"mode":1}']) {
      await using other = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response(body));
      await Deno.writeTextFile(path, JSON.stringify({ ...content, url: `http://127.0.0.1:${other.addr.port}` }));
      ours(await write(path, content));
    }
  });
});

Deno.test("remove() leaves what another daemon has put there meanwhile", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    const file = await write(path, content);
    await Deno.writeTextFile(path, "theirs");
    await ours(file).remove();
    assertEquals(await Deno.readTextFile(path), "theirs");
  });
});

Deno.test("ControlFile follows no link", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    await Deno.writeTextFile(`${folder}/victim`, "untouched");
    await Deno.symlink("victim", path);
    await write(path, content);
    assertEquals(await Deno.readTextFile(`${folder}/victim`), "untouched");
    assertEquals((await Deno.lstat(path)).isSymlink, false);
  });
});

Deno.test("ControlFile is not left in a folder that others may write to", async () => {
  await withFolder(async (folder) => {
    for (const mode of [0o720, 0o702, 0o777]) {
      await Deno.chmod(folder, mode);
      const attempt = () => write(`${folder}/control.json`, content);
      await assertRejects(attempt, Error, `(mode ${mode.toString(8)}); correct it with: chmod 700 ${folder}`);
      assertEquals([...Deno.readDirSync(folder)], []);
    }
  });
});

Deno.test("ControlFile takes the place of a pipe without waiting for its writer", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const file = await inTime("the file is written", write(path, content));
    assertEquals(JSON.parse(await Deno.readTextFile(path)), content);
    await ours(file).remove();
  });
});

Deno.test("ControlFile takes away what a daemon that was killed while it wrote has left", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/control.json`;
    await Deno.writeTextFile(`${path}.${crypto.randomUUID()}.tmp`, "{");
    await write(path, { url: "http://127.0.0.1:1", token: "t", pid: 1, version: "1" });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["control.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ControlFile is written by one of many daemons that start at once, and the others find that", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/control.json`;
    const daemons = Array.from({ length: 8 }, (_, i) => {
      const token = `token-${i}`;
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, provesWith(token));
      return { server, what: { ...content, token, url: `http://127.0.0.1:${server.addr.port}` } };
    });
    const written = await Promise.all(daemons.map(({ what }) => write(path, what)));
    const winners = written.filter((one) => one instanceof ControlFile);
    assertEquals(winners.length, 1);
    const { url } = JSON.parse(await Deno.readTextFile(path));
    for (const one of written) if (one instanceof OtherDaemon) assertEquals(one.url, url);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["control.json"]);
    await Promise.all(daemons.map(({ server }) => server.shutdown()));
  });
});
