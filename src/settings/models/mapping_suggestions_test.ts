import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { BackendState } from "../../state/app_state.ts";
import { initialState } from "../../state/status_report.ts";
import { standInGaps } from "./mapping_suggestions.ts";

const gaps = (...backends: BackendState[]) => standInGaps({ ...initialState("local-first"), backends }, 0);
const shop = ["meta-llama/llama-3.2-1b-instruct", "meta-llama/llama-3.2-3b-instruct", "openai/gpt-4o"];
const local = backendState({}, {
  has: [{ name: "llama3.2:latest", details: { parameter_size: "3.2B" } }, { name: "my-own:7b" }],
});

Deno.test("standInGaps() suggests what a stand-in has for what it lacks, by the size that the first one tells", () => {
  assertEquals(gaps(local, backendState(cloudInput, { has: shop })), [{
    first: "local",
    standIn: "cloud",
    has: 0,
    of: 2,
    suggestions: [{ backend: "cloud", name: "llama3.2", model: "meta-llama/llama-3.2-3b-instruct" }],
  }]);
});

Deno.test("standInGaps() says nothing where nothing lacks, where a list is not known, and of who stands alone", () => {
  assertEquals(gaps(local), []);
  assertEquals(gaps(), []);
  assertEquals(gaps(local, backendState(cloudInput, { has: null })), []);
  assertEquals(gaps(backendState({}, { has: null }), backendState(cloudInput)), []);
  assertEquals(gaps(local, backendState({ ...cloudInput, enabled: false }, { has: shop })), []);
  const mapped = { ...cloudInput, models: { "llama3.2": shop[1], "my-own:7b": shop[2] } };
  assertEquals(gaps(local, backendState(mapped, { has: shop })), []);
});

Deno.test("standInGaps() compares long lists in little time", () => {
  const names = (of: string) => Array.from({ length: 3_000 }, (_, i) => `${of}${i}`);
  const two = [backendState({}, { has: names("a") }), backendState(cloudInput, { has: names("b") })];
  const began = performance.now();
  assertEquals(gaps(...two)[0].of, 3_000);
  assertEquals(performance.now() - began < 2_000, true);
});
