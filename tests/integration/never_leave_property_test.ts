import { assert, assertEquals } from "@std/assert";
import { orderCandidates } from "../../src/broker/candidates.ts";
import { leavesTheMachine } from "../../src/broker/model_at.ts";
import { type RequestClass, routeModes } from "../../src/core/types.ts";
import type { BackendState, ModelInfo } from "../../src/state/app_state.ts";
import type { Breaker, Reach } from "../../src/state/health_state.ts";
import type { Fault } from "../support/model_server.ts";
import { everyQuestion, PolicyScene } from "../support/policy_scene.ts";
import { type Random, randomFrom } from "../support/random_values.ts";
import { backendState } from "../support/states.ts";

/** Repeat a failure with the seed it printed: `POLICY_SEED=… deno test -A tests/integration/never_leave_property_test.ts`. */
const seed = Number(Deno.env.get("POLICY_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);

const spellings = [
  "secret",
  "secret:latest",
  "SECRET",
  "library/secret",
  "registry.ollama.ai/library/secret",
  "sec\u200bret",
  "secret:cloud",
];
const forbiddenModels = [...spellings, "mine", "private-7b", "Private"];
const freeModels = ["plain", "kimi:cloud", "secret:7b", "unheard-of"];
const privacy = { localModels: ["secret", "private*"], localApps: ["editor"] };
const pickFrom = (random: Random) => <T>(from: readonly T[]): T => from[random(from.length)];

Deno.test(`orderCandidates() sends nothing ruled to a cloud, in whatever state (POLICY_SEED=${seed})`, () => {
  const random = randomFrom(seed);
  const pick = pickFrom(random);
  let [ruled, free] = [0, 0];
  for (let run = 0; run < 20_000; run++) {
    const backends = Array.from({ length: 1 + random(4) }, (_, index) => anyBackend(random, `b${index}`));
    const model = pick(random(3) === 0 ? forbiddenModels : freeModels);
    const app = pick(["Editor", "EDITOR", "Browser", "Browser", "Browser", undefined]);
    const isRuled = forbiddenModels.includes(model) || app?.toLowerCase() === "editor";
    const wanted = {
      model,
      app,
      class: pick<RequestClass>(["inference", "embedding", "control", "bound"]),
      pinned: pick([undefined, undefined, "b0", "b1"]),
      without: pick([[], ["b0"], ["b1", "b2"]]),
    };
    const mode = pick(routeModes);
    const { candidates } = orderCandidates(wanted, backends, { mode, privacy, now: 1_000 });
    const leaving = candidates.filter(({ id, model, isTakenAway }) =>
      !isTakenAway && leavesTheMachine(backends.find(({ config }) => config.id === id)!, model)
    );
    if (isRuled) {
      ruled++;
      assertEquals(leaving, [], JSON.stringify({ wanted, mode, backends }));
    } else free += leaving.length;
  }
  assert(ruled > 5_000 && free > 500, `It tests something: ${ruled} ruled, ${free} free ones left`);
});

function anyBackend(random: Random, id: string): BackendState {
  const pick = pickFrom(random);
  const location = pick(["local", "cloud"] as const);
  const reach = pick<Reach>([
    { kind: "unknown" },
    { kind: "up", failures: 0 },
    { kind: "down", reason: "reset", passes: 0, checks: 1 },
    { kind: "misconfigured", reason: "http_401" },
  ]);
  const breaker = pick<Breaker>([
    { kind: "closed", failures: 0, lastFailureAt: 0, ejections: 0 },
    { kind: "open", until: 2_000, reason: "reset", ejections: 1, generation: 1 },
  ]);
  const models: (string | ModelInfo)[] = [
    "secret",
    "plain",
    "private-7b",
    { name: "stub", remoteModel: "secret" },
    { name: "plain:latest", remoteHost: "https://ollama.com" },
  ];
  // What "mine" is mapped to anywhere is what it means everywhere: each has it as another's name.
  const mapped = { mine: pick(["secret", "Private-70b"]), ...random(3) === 0 && { plain: "other" } };
  return backendState(
    { id, kind: pick(["ollama", "openai", "cloudtolocalllm"]), location, enabled: random(5) > 0, models: mapped },
    {
      has: pick([null, [], models.filter(() => random(2) === 0)]),
      health: { reach, breaker, cooldown: pick([undefined, { until: 2_000, reason: "http_429" }]) },
      firstByteMs: random(1_000),
    },
  );
}

const faults: Fault[] = [
  { kind: "none" },
  { kind: "none" },
  { kind: "reset" },
  { kind: "close_on_accept" },
  { kind: "status", status: 404 },
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "status", status: 500 },
  { kind: "empty_body" },
  { kind: "malformed_json" },
  { kind: "drop_after", frames: 1 },
];

Deno.test(`no word of a ruled model or program reaches a cloud under chaos (POLICY_SEED=${seed})`, async () => {
  const random = randomFrom(seed);
  const pick = pickFrom(random);
  const models = [...forbiddenModels.filter((name) => !name.includes("/")), "plain", "nomic-embed-text"].map((
    name,
  ) => ({
    name,
    embedding: name === "nomic-embed-text",
  }));
  await using scene = await PolicyScene.start(
    { route: { rounds: 2, backoffMs: 1, budgetMs: 2_000 }, breaker: { ejectMs: 50, maxEjectMs: 50 }, privacy },
    { models, mapped: { "openai-cloud": { mine: "private-7b" } } },
  );
  const servers = Object.values(scene.servers);
  let ruled = 0;
  const atClouds = () =>
    [scene.servers["ollama-cloud"], scene.servers["openai-cloud"]].flatMap(({ modelRequests }) => modelRequests);
  // Where modes and pauses kept the clouds out for long it goes on: what never asks one tests nothing.
  for (let round = 0; round < 40 || (atClouds().length <= 10 && round < 1_000); round++) {
    await disturb(scene, pick);
    for (const server of servers) server.script(pick(faults), pick(faults));
    await Promise.all(Array.from({ length: 8 }, async () => {
      const [path, body] = pick(everyQuestion);
      // Half of the models are free, so that enough is sent to clouds for what must not be to be missed there.
      const model = pick(random(2) === 0 ? forbiddenModels : freeModels);
      const app = pick(["Editor/2", "Browser/1", "Browser/1"]);
      const isRuled = forbiddenModels.includes(model) || app.startsWith("Editor");
      if (isRuled) ruled++;
      const marked = JSON.parse(JSON.stringify({ ...body, model }).replaceAll("my secret", isRuled ? "RULED" : "free"));
      await scene.ask(path, marked, {
        "user-agent": app,
        ...pick<Record<string, string>>([{}, {}, { "x-broker-backend": "ollama-cloud" }, {
          "x-broker-without": "local",
        }]),
      });
    }));
  }
  assertEquals(atClouds().filter(({ text }) => text.includes("RULED")).map(({ text }) => text), []);
  assert(ruled > 100 && atClouds().length > 10, `It tests something: ${ruled} ruled, ${atClouds().length} at clouds`);
});

/** Another mode, a pause or its end, the local server killed or back. */
async function disturb({ broker, servers: { local } }: PolicyScene, pick: ReturnType<typeof pickFrom>): Promise<void> {
  const [path, method, body] = pick<[string, string, unknown]>([
    ...routeModes.map((mode): [string, string, unknown] => ["/mode", "PUT", { mode }]),
    ["/pause", "PUT", { forMs: 60_000 }],
    ["/pause", "DELETE", undefined],
  ]);
  const response = await broker.control(path, { method, body: JSON.stringify(body) });
  assertEquals(response.ok, true, await response.text());
  await pick([() => local.stop(), () => local.restart(), () => local.restart()])();
}
