import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { BackendState } from "../state/app_state.ts";
import { ruleWords, stayRule } from "./stay_rule.ts";

const isRuled = (pattern: string, model: string, backends: BackendState[] = []) =>
  stayRule({ model }, backends, { localModels: ["other", pattern], localApps: [] }) !== undefined;

Deno.test("stayRule() knows a model in every spelling", () => {
  const table: [pattern: string, model: string, expected: boolean][] = [
    ["secret", "secret", true],
    ["secret", "secret:latest", true],
    ["secret:latest", "SECRET", true],
    ["Secret", "library/secret", true],
    ["secret", "registry.ollama.ai/library/secret:latest", true],
    ["secret", "https://registry.ollama.ai/library/Secret", true],
    ["registry.ollama.ai/library/secret", "secret", true],
    ["secret", " secret ", true],
    ["secret", "sec\u200bret", true],
    ["secret", "\uff53ecret", true],
    ["secret", "secret@sha256:00", true],
    ["secret", "secret:", true],
    ["secret", "secret:7b", false],
    ["secret", "secrets", false],
    ["secret", "me/secret", false],
    ["secret:7b", "secret", false],
    ["secret:*", "secret", true],
    ["secret:*", "Secret:7b", true],
    ["secret:*", "secrets", false],
    ["secret*", "secret-2:7b", true],
    ["*coder", "qwen-coder", true],
    ["*coder", "qwen-coder:latest", true],
    ["*coder", "qwen-coder:7b", false],
    ["me/*", "me/anything:1b", true],
    ["me/*", "you/anything", false],
    ["*", "anything:cloud", true],
    ["kimi", "kimi:cloud", true],
    ["gpt-oss:120b", "gpt-oss:120b-cloud", true],
  ];
  for (const [pattern, model, expected] of table) {
    assertEquals(isRuled(pattern, model), expected, `${pattern} ${model}`);
  }
});

Deno.test("stayRule() knows a model by what it is called at a backend, in use or not", () => {
  const mapped = backendState({ ...cloudInput, enabled: false, models: { "llama3.2": "vendor/secret" } });
  assertEquals(isRuled("vendor/secret", "LLAMA3.2:latest", [mapped]), true);
  assertEquals(isRuled("vendor/secret", "qwen3", [mapped]), false);
  const stub = backendState({}, { has: [{ name: "mine:latest", remoteModel: "kimi-k2" }] });
  assertEquals(isRuled("kimi-k2", "mine", [stub]), true);
});

Deno.test("stayRule() goes by what a program calls itself", () => {
  const rules = { localModels: [], localApps: ["Cursor", "zed*"] };
  const ruleOf = (app?: string) => stayRule({ model: "m", app }, [], rules)?.pattern;
  assertEquals(["cursor", "Cursor-Nightly", "Zed", "zed-preview", "ollama", undefined].map(ruleOf), [
    "Cursor",
    undefined,
    "zed*",
    "zed*",
    undefined,
    undefined,
  ]);
});

Deno.test("ruleWords() names what is ruled and by what", () => {
  const rules = { localModels: ["sec*"], localApps: [] };
  assertEquals(
    ruleWords(stayRule({ model: "Secret" }, [], rules)!),
    'requests for model "Secret" must stay on this machine (privacy.localModels: "sec*")',
  );
});
