import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { backendConfig, cloudInput } from "../../tests/support/states.ts";
import type { FailureReason } from "../core/errors.ts";
import { describeFailure } from "./describe_failure.ts";

/** Every reason that there is; the type fails to check when one is missing. */
const reasons: Record<Exclude<FailureReason, `http_${number}`>, true> = {
  connect_refused: true,
  connect_timeout: true,
  dns: true,
  tls: true,
  unreachable: true,
  offline: true,
  portal: true,
  reset: true,
  first_byte_timeout: true,
  unresponsive: true,
  stalled: true,
  incomplete: true,
  malformed: true,
  empty: true,
  too_large: true,
  backend_error: true,
  no_credential: true,
  keyring_locked: true,
  redirect: true,
  untranslatable: true,
  ejected: true,
  busy: true,
};

Deno.test("describeFailure() is a sentence about the user's machine for every reason", () => {
  const config = backendConfig({ url: "http://127.0.0.1:11434" });
  const all = [...Object.keys(reasons) as FailureReason[], "http_401", "http_402", "http_403", "http_404"] as const;
  for (const reason of [...all, "http_429", "http_500", "http_502"] as FailureReason[]) {
    const text = describeFailure(config, reason);
    if (!["offline", "portal", "keyring_locked"].includes(reason)) assertStringIncludes(text, "127.0.0.1", reason);
    assert(!text.endsWith("."), text);
    assert(!text.includes("_"), text);
  }
});

Deno.test("describeFailure() names the backend as its user knows it", () => {
  const refused = (input: Parameters<typeof backendConfig>[0]) =>
    describeFailure(backendConfig({ url: "http://h:1", ...input }), "connect_refused");
  assertEquals(refused({}), "Ollama is not running on h:1");
  assertEquals(refused({ location: "cloud" }), "Ollama Cloud is not running on h:1");
  assertEquals(refused({ ...cloudInput, url: "http://h:1/v1" }), "The server is not running on h:1");
  assertEquals(refused({ kind: "cloudtolocalllm" }), "The cloud proxy is not running on h:1");
});

Deno.test("describeFailure() tells how to set a token, and where none is named", () => {
  assertEquals(
    describeFailure(backendConfig({ secret: "my-key" }), "no_credential"),
    'The token is missing: set it with "cloudtolocalllm secret set my-key"',
  );
  assertEquals(
    describeFailure(backendConfig({ url: "http://h:1" }), "no_credential"),
    "h:1 asks for a token and none is named",
  );
});
