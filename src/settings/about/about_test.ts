import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { cleaned } from "./diagnostics.ts";
import { carriedPackages } from "./licences.ts";
import { uptimeWords } from "./uptime_words.ts";

const path = "/settings/about";
const secrets = ["sk-planted-one", 'planted"two\\', "planted three/+", "12345678"];

Deno.test("the diagnostics hold no secret, wherever it was planted, and not where the home folder is", async () => {
  await using scene = await SettingsScene.create({
    limits: { monthlyCloudTokens: 12345678 },
    listen: { allowedHosts: [secrets[2]] },
    privacy: { localModels: [secrets[0], secrets[1]] },
    backends: [{
      id: "sk-planted-one",
      kind: "openai",
      url: `https://x.example/${encodeURIComponent(secrets[2])}/home/ann`,
      location: "cloud",
      secret: "cloud",
      models: { [secrets[0]]: secrets[1] },
    }],
  }, { sentence: () => `Somebody said ${secrets[1]}` });
  for (const secret of secrets) {
    scene.redaction.add(secret);
    for (const text of [secret, JSON.stringify({ secret }), `?key=${encodeURIComponent(secret)} /home/ann/x`]) {
      scene.recentLog.add(`2026-01-01T00:00:00.000Z info  ${text}\n`);
    }
  }
  scene.env.CLOUDTOLOCALLLM_SECRET_CLOUD = "sk-in-the-environment";
  scene.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/run/somewhere";
  const response = await scene.get(`${path}/diagnostics`);
  const text = await response.text();
  assertEquals(
    response.headers.get("content-disposition"),
    'attachment; filename="cloudtolocalllm-diagnostics-2023-11-14-2213.json"',
  );
  for (const secret of [...secrets, "sk-in-the-environment", "unix:path"]) {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      assertFalse(text.includes(form), form);
    }
  }
  assertFalse(text.includes("/home/ann"));
  const { environment, configuration, log } = JSON.parse(text);
  assert(environment.set.includes("CLOUDTOLOCALLLM_SECRET_CLOUD") && environment.unset.includes("DISPLAY"));
  assertEquals(configuration.written.backends[0].id, "[redacted]");
  assertEquals(log.length, 12);
  assertEquals(Object.keys(JSON.parse(text).secrets), ["keyring", "known"]);
});

Deno.test("the diagnostics say what is wrong with a file that cannot be used, and not what stands in it", async () => {
  await using scene = await SettingsScene.create({ log: { level: "warn" } });
  await scene.edit('{ "version": 1, "token": "sk-0123456789abcdefghij" }');
  const text = await scene.page(`${path}/diagnostics`);
  const { configuration, status } = JSON.parse(text);
  assertEquals([configuration.written, configuration.problems.length], [null, 1]);
  assertEquals(configuration.inForce.log.level, "warn");
  assertStringIncludes(status.configError, "1 problem");
  assertFalse(text.includes("sk-0123456789"));
});

Deno.test("cleaned() stays data, whatever the secret", () => {
  const clean = (text: string) => text.replaceAll("true", "#").replaceAll("12", "#");
  assertEquals(
    cleaned({ "a true b": [true, null, 12, 3.5, "12 true"], n: 1123 }, clean),
    { "a # b": [true, null, "#", 3.5, "# #"], n: "1#3" },
  );
});

Deno.test("the page About has version, paths and every package; its links tell nobody where they were", async () => {
  await using scene = await SettingsScene.create();
  const page = await scene.page(path);
  for (const text of ["CloudToLocalLLM 1.2.3", scene.file.path, "The file is in use as it is", "/settings/leave"]) {
    assertStringIncludes(page, text);
  }
  for (const { name, version } of carriedPackages()) assertStringIncludes(page, `>${name}</a></td><td>${version}<`);
  for (const [link] of page.matchAll(/<a [^>]*href="https:[^>]*>/g)) {
    assertStringIncludes(link, 'rel="noreferrer noopener"');
  }
});

Deno.test("the page About says what is wrong with the configuration, as text", async () => {
  await using scene = await SettingsScene.create({});
  await scene.edit('{ "version": 1, "<script>": 1 }');
  const page = await scene.page(path);
  assertStringIncludes(page, "&quot;&lt;script&gt;&quot;]: unknown option");
  assertFalse(page.includes('"<script>"'));
});

Deno.test("uptimeWords() is coarse", () => {
  const minute = 60_000, hour = 60 * minute, day = 24 * hour;
  assertEquals(
    [0, 59_999, minute, hour - 1, hour + minute, day, 2 * day + 3 * hour].map(uptimeWords),
    ["less than a minute", "less than a minute", "1 min", "59 min", "1 h 1 min", "1 day 0 h", "2 days 3 h"],
  );
});
