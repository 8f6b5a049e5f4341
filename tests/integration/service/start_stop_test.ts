import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { until } from "../../support/desktop/until.ts";
import { inTime } from "../../support/in_time.ts";
import { gate, ModelServer } from "../../support/model_server.ts";
import { ProgramHome } from "../../support/program_home.ts";

Deno.test("start leaves a daemon behind that outlives the command, stop ends it and says so", async () => {
  await using home = await ProgramHome.make();
  const started = await home.run("start");
  assertEquals([started.code, started.err], [0, ""]);
  assertMatch(started.out, /^CloudToLocalLLM runs at http:\/\/127\.0\.0\.1:\d+\n$/);
  const status = await home.status();
  assertEquals((await home.run("start")).out, `CloudToLocalLLM runs already at ${status.listen}\n`);
  assertEquals(await home.run("stop"), { code: 0, out: "CloudToLocalLLM has stopped\n", err: "" });
  assertEquals(await home.run("stop"), { code: 0, out: "CloudToLocalLLM does not run\n", err: "" });
  assertEquals((await home.run("status")).code, 3);
  assertEquals(await home.leftovers(), []);
});

Deno.test("restart starts what does not run, and another process where one does", async () => {
  await using home = await ProgramHome.make();
  assertEquals((await home.run("restart")).code, 0);
  const first = await home.status();
  assertEquals((await home.run("restart", "--now")).code, 0);
  const second = await home.status();
  assertEquals([first.pid === second.pid, second.state], [false, "down"]);
});

Deno.test("start says why the daemon cannot start", async () => {
  await using home = await ProgramHome.make();
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await home.configure({ listen: { port: other.addr.port } });
  const taken = await home.run("start");
  assertEquals([taken.code, taken.out], [1, ""]);
  assertStringIncludes(taken.err, `The daemon could not start:\nCannot listen on 127.0.0.1:${other.addr.port}: `);
  await Deno.writeTextFile(home.configFile, "{");
  const broken = await home.run("start");
  assertEquals(broken.code, 1);
  assertStringIncludes(broken.err, home.configFile);
});

Deno.test("stop lets a running answer finish, and stop --now ends it with the dialect's error", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using home = await ProgramHome.make();
  const backends = [{ id: "local", kind: "ollama", url: server.url, location: "local" }] as const;
  await home.configure({ backends: [...backends] });
  for (const flag of [[], ["--now"]]) {
    await home.run("start");
    const { listen } = await home.status();
    const rest = gate();
    server.script({ kind: "stall_after", frames: 2, until: rest.promise });
    const body = JSON.stringify({ model: "llama3.2", messages: [{ role: "user", content: "hi" }] });
    const response = await fetch(`${listen}/api/chat`, { method: "POST", body });
    const stopping = home.run("stop", ...flag);
    if (flag.length === 0) {
      await untilStopping(listen);
      rest.resolve();
    }
    const text = await inTime("the answer ends", response.text());
    const last = JSON.parse(text.trimEnd().split("\n").at(-1)!);
    if (flag.length === 0) assertEquals(last.done, true);
    else assertEquals(last.error, "The broker is shutting down; the answer is not complete");
    rest.resolve();
    const stopped = await stopping;
    assertEquals([stopped.code, stopped.out], [0, "CloudToLocalLLM has stopped\n"]);
    assertEquals(stopped.err, flag.length === 0 ? "1 running requests may finish, for 10 s at most\n" : "");
  }
});

/** `/ready` says so as soon as the daemon begins to stop. */
async function untilStopping(url: string): Promise<void> {
  await until("the daemon begins to stop", async () => {
    const response = await fetch(`${url}/ready`);
    return (await response.json()).status === "stopping";
  });
}

Deno.test("of several starts at once one daemon is left, and each start names it", async () => {
  await using home = await ProgramHome.make();
  const starts = await Promise.all(Array.from({ length: 5 }, () => home.run("start")));
  const { listen } = await home.status();
  for (const { code, out, err } of starts) {
    assertEquals([code, err, out.includes(listen)], [0, "", true], out);
  }
  const marks = [...Deno.readDirSync(`${home.folder}/state/cloudtolocalllm`)].filter(({ name }) =>
    name.startsWith("running")
  );
  assertEquals(marks.length, 1);
  await home.run("stop");
  assertEquals(await home.leftovers(), []);
});

Deno.test("start and stop are not misled by what a killed daemon left, where another program has its port", async () => {
  await using home = await ProgramHome.make();
  await using other = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("mine"));
  const folder = `${home.folder}/run/cloudtolocalllm`;
  await Deno.mkdir(folder, { mode: 0o700 });
  const left = { url: `http://127.0.0.1:${other.addr.port}`, token: "old", pid: Deno.pid, version: "0" };
  await Deno.writeTextFile(`${folder}/control.json`, JSON.stringify(left), { mode: 0o600 });
  assertEquals((await home.run("stop")).out, "CloudToLocalLLM does not run\n");
  assertEquals((await home.run("start")).code, 0);
  assertEquals((await home.status()).listen === left.url, false);
});
