import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { RouteMode } from "../core/types.ts";
import type { BackendState } from "../state/app_state.ts";
import { listModels } from "./models.ts";

function list(backends: BackendState[], mode: RouteMode = "local-first") {
  return listModels(backends, { mode, now: 1_000 }).map(({ name, places }) =>
    [name, ...places.map(({ backend, model }) => `${backend}/${model}`)].join(" ")
  );
}

Deno.test("listModels() has each model once, with every place, the first choice first", () => {
  const local = backendState({}, { has: ["llama3.2:latest", "qwen3"] });
  const cloud = backendState(cloudInput, { has: ["llama3.2", "gpt-5"] });
  assertEquals(list([cloud, local]), [
    "llama3.2:latest local/llama3.2:latest cloud/llama3.2",
    "qwen3 local/qwen3",
    "gpt-5 cloud/gpt-5",
  ]);
  assertEquals(list([cloud, local], "cloud-first"), [
    "llama3.2 cloud/llama3.2 local/llama3.2:latest",
    "gpt-5 cloud/gpt-5",
    "qwen3 local/qwen3",
  ]);
});

Deno.test("listModels() offers mapped names beside the backend's own", () => {
  const cloud = backendState({ ...cloudInput, models: { "llama3.2": "meta/llama" } }, { has: ["meta/llama"] });
  assertEquals(list([cloud]), ["llama3.2 cloud/meta/llama", "meta/llama cloud/meta/llama"]);
  const unlisted = backendState({ ...cloudInput, models: { "llama3.2": "meta/llama" } }, { has: null });
  const [entry] = listModels([unlisted], { mode: "local-first", now: 0 });
  assertEquals(entry.places, [
    { backend: "cloud", location: "cloud", model: "meta/llama", warm: false, info: undefined },
  ]);
});

Deno.test("listModels() tells a mapped name's description and warmth by its name there", () => {
  const info = { name: "llama3.2:3b", sizeBytes: 7 };
  const local = backendState({ models: { small: "llama3.2:3b" } }, { has: [info], warm: ["LLAMA3.2:3b"] });
  const [entry] = listModels([local], { mode: "local-first", now: 0 });
  assertEquals([entry.name, entry.places[0].info, entry.places[0].warm], ["small", info, true]);
});

Deno.test("listModels() leaves out backends that cannot be used, that the mode excludes, or that are off", () => {
  const reach = { kind: "down", reason: "dns", passes: 0, checks: 1 } as const;
  const down = backendState({ id: "down" }, { has: ["a"], health: { reach } });
  const off = backendState({ id: "off", enabled: false }, { has: ["b"] });
  const cloud = backendState(cloudInput, { has: ["c"] });
  assertEquals(list([down, off, cloud]), ["c cloud/c"]);
  assertEquals(list([down, off, cloud], "local-only"), []);
});

Deno.test("listModels() in local-only leaves out what a local Ollama runs in its cloud, mapped names too", () => {
  const has = [{ name: "gpt-oss:120b-cloud", remoteHost: "https://ollama.com" }, "qwen3"];
  const local = backendState({ models: { big: "gpt-oss:120b-cloud", new: "kimi:cloud" } }, { has });
  assertEquals(list([local]).length, 4);
  assertEquals(list([local], "local-only"), ["qwen3 local/qwen3"]);
});
