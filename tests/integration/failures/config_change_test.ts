import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gate, ModelServer } from "../../support/model_server.ts";
import { assertAnswered, greeting } from "./answers.ts";
import { dialects, eachPairing, failureTest, type FailureWorld } from "./failure_world.ts";

type Backends = { id: string; [key: string]: unknown }[];

/** Writes the configuration file with other backends, in one step as editors do. */
async function rewrite(world: FailureWorld, change: (backends: Backends) => Backends): Promise<void> {
  const path = `${world.broker.folder}/config.json`;
  const config = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(`${path}.new`, JSON.stringify({ ...config, backends: change(config.backends) }));
  await Deno.rename(`${path}.new`, path);
}

const movedTo = (url: string) => (backends: Backends) =>
  backends.map((backend) => backend.id === "local" ? { ...backend, url } : backend);

eachPairing(
  "22: a stream keeps its backend, the next request sees the new one",
  {},
  async (world, { client, local }) => {
    await using moved = await ModelServer.start({ name: "moved", dialect: local });
    const resumed = gate();
    world.local.script({ kind: "stall_after", frames: 3, until: resumed.promise });
    const following = await world.follow(client);
    await following.until(local === "openai" ? " from" : " the");

    await rewrite(world, movedTo(moved.url));
    await world.until(({ backends }) => backends[0].url === moved.url && backends[0].health === "up");
    const answer = await world.chat(client);
    assertAnswered(answer, { by: "local", attempts: "local:ok", content: greeting("moved") });

    resumed.resolve();
    assertAnswered(await following.end(), { by: "local", attempts: "local:ok", content: greeting("local") });
    await moved.waitForIdle();
  },
);

eachPairing("22: a stream outlives its backend's removal", {}, async (world, { client, local }) => {
  const resumed = gate();
  world.local.script({ kind: "stall_after", frames: 3, until: resumed.promise });
  const following = await world.follow(client);
  await following.until(local === "openai" ? " from" : " the");
  await rewrite(world, (backends) => backends.filter(({ id }) => id !== "local"));
  await world.until(({ backends }) => backends.length === 1);
  assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
  resumed.resolve();
  assertAnswered(await following.end(), { by: "local", attempts: "local:ok" });
});

eachPairing("22: a wait for the first byte outlives a change too", {}, async (world, { client, local }) => {
  await using moved = await ModelServer.start({ name: "moved", dialect: local });
  const loaded = gate();
  world.local.script({ kind: "late_first_byte", until: loaded.promise });
  const answering = world.chat(client, { stream: false });
  await world.local.waitForRequest(({ health }) => !health);
  await rewrite(world, movedTo(moved.url));
  await world.until(({ backends }) => backends[0].url === moved.url);
  loaded.resolve();
  assertAnswered(await answering, { by: "local", attempts: "local:ok", content: greeting("local") });
});

for (const client of dialects) {
  failureTest(`22: changes under load cost no request (${client})`, {}, async (world) => {
    await using moved = await ModelServer.start({ name: "moved", dialect: "ollama" });
    const urls = [moved.url, world.local.url];
    let isOver = false;
    let answered = 0;
    const loads = Array.from({ length: 6 }, async () => {
      for (let turn = 0; !isOver; turn++) {
        const answer = await world.chat(client, { stream: turn % 2 === 0 });
        assertEquals([answer.status, answer.complete, answer.error], [200, true, undefined], answer.text);
        answered++;
      }
    });
    for (let i = 0; i < 6; i++) {
      const url = urls[i % 2];
      await rewrite(world, movedTo(url));
      await world.until(({ backends }) => backends[0].url === url);
    }
    isOver = true;
    await Promise.all(loads);
    assert(answered >= 6);
    await moved.waitForIdle();
  });

  failureTest(`22: a file that cannot be used changes nothing and is told (${client})`, {}, async (world) => {
    await rewrite(world, (backends) => [...backends, { id: "local", kind: "ollama" }]);
    const { configError } = await world.until(({ configError }) => configError !== null);
    assertStringIncludes(configError ?? "", "backends");
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    await rewrite(world, (backends) => backends.slice(0, 2));
    await world.until(({ configError }) => configError === null);
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
  });
}
