import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { BackendState } from "../../state/app_state.ts";
import { byteSize } from "./byte_size.ts";
import { isUsable, modelRows } from "./model_rows.ts";

const rows = (backends: BackendState[], mode: "local-first" | "local-only" = "local-first") =>
  modelRows({ backends, mode, modeCause: { kind: "chosen" } }, 0);

const short = (backends: BackendState[]) =>
  rows(backends).map(({ name, places }) => [name, places.map(({ backend, unusable }) => [backend, unusable ?? "ok"])]);

Deno.test("modelRows() has each model once, with every place, the one that would answer first", () => {
  const local = backendState({}, { has: ["llama3.2:latest", "qwen3"], warm: ["llama3.2:latest"] });
  const cloud = backendState({ ...cloudInput, models: { "llama3.2": "meta/llama", own: "meta/llama" } }, {
    has: ["meta/llama"],
  });
  assertEquals(short([cloud, local]), [
    ["llama3.2:latest", [["local", "ok"], ["cloud", "ok"]]],
    ["qwen3", [["local", "ok"]]],
    ["own", [["cloud", "ok"]]],
    ["meta/llama", [["cloud", "ok"]]],
  ]);
  const [{ places: [first, second] }] = rows([cloud, local]);
  assertEquals([first.isLoaded, first.isMapped, second.isMapped, second.model], [true, false, true, "meta/llama"]);
});

Deno.test("modelRows() also has what cannot be used now, last, with the reason", () => {
  const down = backendState({}, {
    has: ["only-here", "shared"],
    health: { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } },
  });
  const off = backendState({ id: "off", enabled: false }, { has: ["shared"] });
  const up = backendState({ id: "up", priority: 9 }, { has: ["shared"] });
  assertEquals(short([down, off, up]), [
    ["shared", [["up", "ok"], ["local", "Ollama is not running on local.invalid:11434"], [
      "off",
      "Switched off in the configuration",
    ]]],
    ["only-here", [["local", "Ollama is not running on local.invalid:11434"]]],
  ]);
});

Deno.test("modelRows() tells what a local Ollama passes on to its cloud, which local-only forbids", () => {
  const stub = { name: "gpt-oss:120b-cloud", remoteHost: "https://ollama.com", sizeBytes: 384 };
  const [row] = rows([backendState({}, { has: [stub] })], "local-only");
  assertEquals([isUsable(row), row.places[0].isPassedOn, row.places[0].sizeBytes], [false, true, undefined]);
  assertEquals(row.places[0].unusable, "It runs in the cloud, and the mode is local-only");
});

Deno.test("byteSize() says bytes as disks are sold", () => {
  const table: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [2_019_393_189, "2.0 GB"],
    [384_000_000_000, "384 GB"],
    [
      999_960_000,
      "1.0 GB",
    ],
    [15_500, "16 kB"],
  ];
  for (const [bytes, words] of table) assertEquals(byteSize(bytes), words);
});
