import { assertEquals } from "@std/assert";
import { Redaction } from "../core/redaction.ts";
import { withoutSecrets } from "./without_secrets.ts";

const redaction = new Redaction();
redaction.add("sk-planted");

Deno.test("withoutSecrets() leaves what says no secret as it is", () => {
  const result = { latencyMs: 1, version: "0.1", models: [{ name: "a", details: { family: "x" } }], warm: ["a"] };
  const cleaned = withoutSecrets(result, redaction.redact);
  assertEquals(cleaned, result);
  assertEquals(cleaned.models === result.models, true);
});

Deno.test("withoutSecrets() cleans the version and leaves out models that would show a secret", () => {
  const models = [{ name: "a-sk-planted" }, { name: "b", details: { family: "sk-planted" } }, { name: "c" }];
  const cleaned = withoutSecrets(
    { latencyMs: 1, version: "v-sk-planted", models, warm: ["a-sk-planted", "c"] },
    redaction.redact,
  );
  assertEquals(cleaned, { latencyMs: 1, version: "v-[redacted]", models: [{ name: "c" }], warm: ["c"] });
});
