import { assertEquals } from "@std/assert";
import { parseConfig } from "../config/parse_config.ts";
import type { ConfigInput } from "../config/schema.ts";
import { addMissing, compare, newConfig } from "./new_backends.ts";

const local = { url: "http://localhost:11434", enabled: true, timeoutS: null };
const cloud = { url: "https://api.cloudtolocalllm.online", enabled: true, timeoutS: null };
const localBackend = { id: "local", kind: "ollama", url: local.url, location: "local" } as const;
const cloudBackend = {
  id: "cloud",
  kind: "cloudtolocalllm",
  url: cloud.url,
  location: "cloud",
  secret: "cloudtolocalllm",
} as const;

Deno.test("newConfig() is what our schema takes, and says no more than has to be said", () => {
  assertEquals(newConfig({ local, cloud }), { version: 1, backends: [localBackend, cloudBackend] });
  const changed = newConfig({
    local: { ...local, enabled: false, timeoutS: 120 },
    cloud: { ...cloud, timeoutS: 0.05 },
  });
  assertEquals(changed.backends, [
    { ...localBackend, enabled: false, timeouts: { firstByteMs: 120_000 } },
    { ...cloudBackend, timeouts: { firstByteMs: 50 } },
  ]);
  for (const config of [newConfig({ local, cloud }), changed, newConfig({ local: null, cloud: null })]) {
    assertEquals(parseConfig(config).ok, true);
  }
});

Deno.test("compare() knows a server by its address, whatever its backend is called", () => {
  const written: ConfigInput = {
    version: 1,
    backends: [
      { id: "box", kind: "ollama", url: "http://127.0.0.1:11434/", location: "local" },
      { id: "far", kind: "cloudtolocalllm", url: cloud.url, location: "cloud", secret: "mine" },
    ],
  };
  assertEquals(compare(written, { local, cloud }), { missing: [], secret: "mine" });
  written.backends![1].secret = undefined;
  assertEquals(compare(written, { local, cloud }), { missing: [cloudBackend], secret: null });
  assertEquals(compare({ version: 1 }, { local, cloud }), { missing: [cloudBackend], secret: null });
  assertEquals(compare({ version: 1 }, { local: { ...local, url: "http://box:1" }, cloud: null }).missing.length, 1);
});

Deno.test("addMissing() leaves what is there, and asks what it adds last", () => {
  const draft: ConfigInput = { version: 1 };
  addMissing(draft, compare(draft, { local, cloud }).missing);
  assertEquals(draft.backends!.map(({ id, priority = 1, secret }) => [id, priority, secret ?? null]), [
    ["local", 1, null],
    ["cloud", 1, "cloud"],
    ["cloud-2", 2, "cloudtolocalllm"],
  ]);
  assertEquals(parseConfig(draft).ok, true);
  const there: ConfigInput = { version: 1, backends: [{ ...cloudBackend, id: "mine", secret: null, priority: 7 }] };
  addMissing(there, compare(there, { local: null, cloud }).missing);
  assertEquals(there.backends, [{ ...cloudBackend, id: "mine", priority: 7 }]);
});
