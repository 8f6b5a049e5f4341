import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { RouteMode } from "../../core/types.ts";
import type { AppState, BackendState } from "../../state/app_state.ts";
import type { Breaker, HealthState } from "../../state/health_state.ts";
import { type CloudUse, cloudUse } from "../../state/cloud_use.ts";
import { initialState } from "../../state/status_report.ts";
import { situationOf } from "./situation.ts";

const now = 100_000;
const url = "http://127.0.0.1:11434";
const local = (health: Partial<HealthState> = {}) => backendState({ url }, { health });
const cloud = (health: Partial<HealthState> = {}) => backendState({ ...cloudInput, secret: "work" }, { health });

const refusedConnection = { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } } as const;
const offline = { reach: { kind: "down", reason: "offline", passes: 0, checks: 1 } } as const;
const refusedToken = { reach: { kind: "misconfigured", reason: "http_401" } } as const;
const closed: Breaker = { kind: "closed", failures: 0, lastFailureAt: 0, ejections: 0 };
const unchecked = { reach: { kind: "unknown" } } as const;
const open = (until: number) => ({
  breaker: { kind: "open", until, reason: "http_500", ejections: 1, generation: 1 } as const,
});

function seen(backends: BackendState[], mode: RouteMode = "local-first") {
  const state: AppState = { ...initialState(mode), backends };
  const { troubles, undecided, well } = situationOf(state, now);
  return {
    troubles: troubles.map(({ kind, subject, backend }) => `${kind} ${subject} ${backend}`),
    words: troubles.map(({ summary, body }) => `${summary} | ${body}`),
    undecided,
    well: [...well.values()],
  };
}

Deno.test("situationOf() finds nothing wrong where the first choice answers", () => {
  assertEquals(seen([local(), cloud()]), {
    troubles: [],
    words: [],
    undecided: [],
    well: ["Ollama on this machine", "Your cloud"],
  });
  assertEquals(seen([]).troubles, []);
  assertEquals(seen([local(), cloud(refusedConnection)]).troubles, []);
});

Deno.test("situationOf() says who answers instead, and why", () => {
  const { troubles, words } = seen([local(refusedConnection), cloud()]);
  assertEquals(troubles, ["failover route local"]);
  assertEquals(words, [
    "Your cloud answers now | Ollama is not running on 127.0.0.1:11434. " +
    "Requests go back to Ollama on this machine as soon as it answers.",
  ]);
  assertEquals(seen([local(), cloud(offline)], "cloud-first").words, [
    "Ollama on this machine answers now | This machine is offline. " +
    "Requests go back to your cloud as soon as it answers.",
  ]);
});

Deno.test("situationOf() says without a countdown why a backend is left alone", () => {
  const pause = { cooldown: { until: now + 60_000, reason: "http_429" as const } };
  for (
    const [health, cause] of [[open(now + 9_000), "answers with HTTP 500"], [pause, "limits the number of requests"]]
  ) {
    const { words } = seen([local(health as Partial<HealthState>), cloud()]);
    assertEquals(words[0].split(" | ")[1].split(". ")[0], `127.0.0.1:11434 ${cause}`);
  }
});

Deno.test("situationOf() says when nothing answers, with every reason", () => {
  const { troubles, words } = seen([local(refusedConnection), cloud(offline)]);
  assertEquals(troubles, ["down route local"]);
  assertEquals(words, [
    "No model server answers | Ollama is not running on 127.0.0.1:11434. This machine is offline.",
  ]);
  assertEquals(seen([local(refusedConnection), cloud()], "local-only").troubles, ["down route local"]);
});

Deno.test("situationOf() tells one cause once: a refused token is no failover besides", () => {
  const cases: [BackendState[], RouteMode, string, string][] = [
    [
      [local(), cloud(refusedToken)],
      "cloud-first",
      "credential credential:cloud cloud",
      "Ollama on this machine answers",
    ],
    [[cloud(refusedToken)], "cloud-only", "credential credential:cloud cloud", "Nothing else can answer."],
  ];
  for (const [backends, mode, trouble, ending] of cases) {
    const { troubles, words } = seen(backends, mode);
    assertEquals(troubles, [trouble]);
    assertEquals(words[0].includes(ending), true, words[0]);
    const advice = 'refuses the token. Set a valid one with "cloudtolocalllm secret set work": ' +
      'see "Tokens" in docs/CONFIGURATION.md.';
    assertEquals(words[0].includes(advice), true, words[0]);
  }
  const missing = { reach: { kind: "misconfigured", reason: "no_credential" } } as const;
  assertEquals(seen([local(), cloud(missing)]).words, [
    'Your cloud cannot be used | The token is missing: set it with "cloudtolocalllm secret set work". ' +
    "It is used at once. Ollama on this machine answers meanwhile.",
  ]);
});

Deno.test("situationOf() does not judge before there is something to judge by", () => {
  assertEquals(seen([local(unchecked), cloud()]).undecided, ["credential:local", "route"]);
  assertEquals(seen([local(refusedConnection), cloud(unchecked)]).undecided, ["credential:cloud", "route"]);
  const { troubles, undecided, well } = seen([local(open(now - 1)), cloud()]);
  assertEquals([troubles, undecided, well], [[], ["credential:local", "route"], ["Your cloud"]]);
  assertEquals(seen([local({ breaker: { ...closed, failures: 2 } })]).undecided, []);
});

Deno.test("situationOf() leaves out what the mode forbids and what is switched off", () => {
  assertEquals(seen([local(), cloud(refusedToken)], "local-only").troubles, []);
  assertEquals(seen([backendState({ enabled: false }, { health: refusedConnection }), cloud()]).troubles, []);
});

Deno.test("situationOf() does not claim that the cloud answers for models that it does not have", () => {
  const first = backendState({ url }, { health: refusedConnection, has: ["llama3.2:3b", "qwen3"] });
  const other = (has: string[], models = {}) => backendState({ ...cloudInput, models }, { has });
  const cause = "Ollama is not running on 127.0.0.1:11434";
  const back = "Requests go back to Ollama on this machine as soon as it answers.";
  const advice = 'name what stands in for them in "models" of cloud (docs/CONFIGURATION.md).';
  const table: [BackendState, string][] = [
    [
      other(["gpt-oss:120b"]),
      `Ollama on this machine does not answer | ${cause}, and your cloud has none of its models: ${advice}`,
    ],
    [
      other(["qwen3"]),
      `Your cloud answers now, with 1 of 2 models | ${cause}. ${back} For the other models, ${advice}`,
    ],
    [
      other(["gpt-oss:120b"], { "llama3.2:3b": "gpt-oss:120b" }),
      `Your cloud answers now, with 1 of 2 models | ${cause}. ${back} For the other models, ${advice}`,
    ],
    [other(["qwen3", "llama3.2:3b"]), `Your cloud answers now | ${cause}. ${back}`],
  ];
  for (const [standIn, words] of table) assertEquals(seen([first, standIn]).words, [words]);
  const unknown = backendState({ url }, { health: refusedConnection, has: null });
  assertEquals(seen([unknown, other([])]).words, [`Your cloud answers now | ${cause}. ${back}`]);
});

Deno.test("situationOf() names what a test may show to be over", () => {
  const toTest = (backends: BackendState[]) =>
    situationOf({ ...initialState("local-first"), backends }, now).troubles
      .map((trouble) => trouble.toTest);
  assertEquals(toTest([local(refusedConnection), cloud()]), [["local"]]);
  assertEquals(toTest([local(refusedConnection), cloud(offline)]), [["local", "cloud"]]);
});

Deno.test("situationOf() knows that the changed configuration is not in use", () => {
  const configError = "Cannot use /x/config.json: 1 problem\n  line 17, column 3: this key is there twice\nCorrect it";
  const { troubles } = situationOf({ ...initialState("local-first"), backends: [local()], configError }, now);
  assertEquals(troubles.map(({ kind, subject, body }) => [kind, subject, body]), [[
    "config",
    "config",
    "config.json, line 17: this key is there twice. What was read before stays in use until that is mended.",
  ]]);
});

Deno.test("situationOf() tells of the month's cap at 80 % and at all of it, but nothing that was told before", () => {
  const endsAt = new Date(2026, 11, 1).getTime();
  const told = (tokens: number, more: Partial<CloudUse> = {}, atCap: CloudUse["atCap"] = "stop-cloud") => {
    const count = { month: "2026-11", endsAt, tokens, estimated: 0, since: null, toldBefore: 0, ...more } as const;
    const use = cloudUse(count, { monthlyCloudTokens: 1_000, atCap });
    const state = { ...initialState("local-first"), backends: [local(), cloud()], cloudUse: use };
    return situationOf(state, now).troubles.map(({ summary, body }) => `${summary} | ${body}`);
  };
  assertEquals(told(799), []);
  assertEquals(told(800), [
    "80 % of the month's cloud tokens are used | 800 of 1,000 tokens. From there on only local models answer.",
  ]);
  assertEquals(told(1_200), [
    "The month's cloud tokens are used up | 1,200 of 1,000 tokens. Only local models answer until 1 December. " +
    "The cap is limits.monthlyCloudTokens.",
  ]);
  assertEquals(told(1_200, {}, "warn").length, 1);
  assertEquals([told(900, { toldBefore: 80 }), told(1_200, { toldBefore: 100 })], [[], []]);
  assertEquals(told(1_200, { toldBefore: 80 }).length, 1);
});
