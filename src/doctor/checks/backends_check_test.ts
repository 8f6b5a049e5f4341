import { assertEquals } from "@std/assert";
import type { TestStep } from "../../state/connection_report.ts";
import type { OwnCommands } from "../check.ts";
import { testFindings } from "./backends_check.ts";

const commands = { program: "ctl" } as OwnCommands;
const cloud = { kind: "openai", url: "https://c.example/v1", secret: "work" } as const;
const local = { kind: "ollama", url: "http://127.0.0.1:11434", secret: null } as const;

function finding(step: Partial<TestStep>, config: typeof cloud | typeof local = cloud) {
  const failed = {
    name: "x",
    ok: false,
    detail: "It fails",
    durationMs: 1,
    advice: "Set it: cloudtolocalllm test",
    ...step,
  };
  const steps = [{ ...failed, ok: true, reason: undefined }, failed];
  return testFindings({ backend: "b", ok: false, steps }, config, { commands }).map(({ id, remedy }) => [id, remedy]);
}

Deno.test("testFindings() knows a refused token, and passes on what the test says of all else", () => {
  assertEquals(finding({ ok: true }), [["backends", null]]);
  assertEquals(finding({ reason: "http_401" }), [["backend-token", "ctl secret set work"]]);
  assertEquals(finding({ reason: "http_401" }, local), [["backend-unreachable", "Set it: ctl test"]]);
  assertEquals(finding({ reason: "tls" }), [["backend-unreachable", "Set it: ctl test"]]);
  assertEquals(finding({ advice: null, reason: "reset" }), [["backend-unreachable", null]]);
  assertEquals(finding({ detail: "b has no models" }), [["backend-models", "Set it: ctl test"]]);
});

Deno.test("testFindings() leaves to other checks what they tell better", () => {
  assertEquals([finding({ reason: "no_credential" }), finding({ reason: "keyring_locked" })], [[], []]);
  assertEquals([finding({ reason: "connect_refused" }, local), finding({ detail: "b has no models" }, local)], [
    [],
    [],
  ]);
  assertEquals(finding({ reason: "connect_refused" }).length, 1);
});
