import { assert, assertEquals } from "@std/assert";
import { oldFileCases, oldFileText, oldToken } from "../../tests/support/migration/old_files.ts";
import { type OldSettings, parseOldSettings } from "./old_settings.ts";

function settingsOf(text: string): OldSettings {
  const old = parseOldSettings(text);
  if (old.kind !== "settings") throw new Error(old.reason);
  return old.settings;
}

const defaults = {
  local: { url: "http://localhost:11434", enabled: true, timeoutS: null },
  cloud: { url: "https://api.cloudtolocalllm.online", enabled: true, timeoutS: null },
};

Deno.test("parseOldSettings() reads what the predecessor writes", () => {
  assertEquals(settingsOf(oldFileText()), { ...defaults, token: oldToken, problems: [] });
  assertEquals(settingsOf(`\ufeff${oldFileText()}`).token, oldToken);
});

Deno.test("parseOldSettings() takes api_base_url before host and port, as the predecessor's requests did", () => {
  const local = { host: "10.0.0.1", port: 1, api_base_url: "http://10.0.0.2:2/" };
  assertEquals(settingsOf(oldFileText({ local })).local.url, "http://10.0.0.2:2");
  for (
    const [local, url] of [
      [{ host: "10.0.0.1", port: 1, api_base_url: "" }, "http://10.0.0.1:1"],
      [{ host: "::1", port: 2, api_base_url: undefined }, "http://[::1]:2"],
      [{ host: "box", port: undefined, api_base_url: null }, "http://box:11434"],
      [{ host: undefined, port: 3, api_base_url: "ftp://box" }, "http://localhost:3"],
      [{ host: "a b", port: 3, api_base_url: 7 }, "http://localhost:11434"],
    ] as const
  ) assertEquals(settingsOf(oldFileText({ local })).local.url, url);
});

Deno.test("parseOldSettings() uses the predecessor's defaults for what is not there", () => {
  assertEquals(settingsOf("{}"), { local: defaults.local, cloud: null, token: null, problems: [] });
  assertEquals(settingsOf('{"cloud_proxy": {}}').cloud, { ...defaults.cloud, enabled: false });
  assertEquals(settingsOf('{"cloud_proxy": {"auth_token": "abc"}}').cloud, defaults.cloud);
});

Deno.test("parseOldSettings() reports each thing that is wrong, and uses the rest", () => {
  const { problems, ...rest } = settingsOf(oldFileText({
    token: 12345,
    local: { port: "11434", timeout: -1, enabled: "yes", connection_type: "other" },
    cloud: { enabled: 1, timeout: 45.5, host: [], auth_tokens: "x" },
    more: { tunnel: {}, "sk-0123456789abcdefghij": 1 },
  }));
  assertEquals(rest, {
    local: defaults.local,
    cloud: { ...defaults.cloud, enabled: false, timeoutS: 45.5 },
    token: null,
  });
  assertEquals(problems.map(({ path, reason }) => `${path} ${reason}`).sort(), [
    "a text that is not shown is not known to this program",
    "cloud_proxy.auth_token must be a text in double quotes (found a text that is not shown)",
    "cloud_proxy.auth_tokens is not known to this program",
    "cloud_proxy.enabled must be true or false (found 1)",
    "local_ollama.connection_type is not local_ollama, and is passed over",
    'local_ollama.enabled must be true or false (found "yes")',
    'local_ollama.port must be a number from 1 to 65535 (found "11434")',
    "local_ollama.timeout must be a number of seconds from 0.01 to 86400 (found -1)",
    "tunnel is not known to this program",
  ]);
});

Deno.test("parseOldSettings() sends a token nowhere that its user did not name", () => {
  const { cloud, token, problems } = settingsOf(
    oldFileText({ cloud: { api_base_url: "https://me:secret@cloud.example" } }),
  );
  assertEquals([cloud, token], [null, oldToken]);
  assertEquals(problems.length, 1);
  assert(!JSON.stringify(problems).includes("secret@"));
});

Deno.test("parseOldSettings() leaves a token where it is that no header can carry, and does not repeat it", () => {
  const { token, problems } = settingsOf(oldFileText({ token: "planted\nsecond line" }));
  assertEquals([token, problems.map(({ path }) => path)], [null, ["cloud_proxy.auth_token"]]);
  assert(!JSON.stringify(problems).includes("planted"));
});

Deno.test("parseOldSettings() says why nothing can be taken, without quoting the file", () => {
  for (
    const [text, reason] of [
      ["", "is empty"],
      [" \n", "is empty"],
      ["[]", "is not an object in braces"],
      ["7", "is not an object in braces"],
      ['{"cloud_proxy": {"auth_token": "planted', "is not JSON (line 1, column 40"],
    ]
  ) {
    const old = parseOldSettings(text);
    assert(old.kind === "unusable" && old.reason.startsWith(reason), JSON.stringify(old));
    assert(!old.reason.includes("planted"));
  }
});

Deno.test("parseOldSettings() never throws, whatever a file of the five says when it is cut", () => {
  for (const { text } of oldFileCases) {
    for (let end = 0; end <= text.length; end++) parseOldSettings(text.slice(0, end));
  }
});

Deno.test("parseOldSettings() takes nothing that is nested deeper than anybody means, and counts no brackets in texts", () => {
  const nested = (depth: number) => `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  assertEquals(parseOldSettings(nested(100_000)), { kind: "unusable", reason: "is nested more than 100 deep" });
  assertEquals(parseOldSettings(nested(99)).kind, "settings");
  assertEquals(parseOldSettings(`{"x":"${"[{".repeat(500)}"}`).kind, "settings");
});
