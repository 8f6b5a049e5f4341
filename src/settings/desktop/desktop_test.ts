import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { noSecrets } from "../../../tests/support/no_secrets.ts";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { awaitsRestart } from "./awaits_restart.ts";
import { clientSnippets } from "../../state/client_snippets.ts";

const path = "/settings/desktop";

Deno.test("the desktop's page saves switches: what is not sent is off", async () => {
  await using scene = await SettingsScene.create();
  const form = {
    was: JSON.stringify({
      "desktop.enabled": true,
      "desktop.tray": true,
      "desktop.icon": "auto",
      "app.enabled": true,
    }),
  };
  const changes = {
    "desktop.enabled": "on",
    "desktop.icon": "light",
    "desktop.notifications": "on",
    "app.enabled": "on",
  };
  const page = await scene.page(path);
  assertStringIncludes(page, 'id="desktop.tray" name="desktop.tray"');
  const saved = await scene.post(`${path}/appearance`, {
    was: JSON.stringify({ ...JSON.parse(form.was), "desktop.notifications": true }),
    ...changes,
  });
  assertEquals([saved.status, (await scene.written()).desktop], [303, { tray: false, icon: "light" }]);
});

Deno.test("the desktop's page tells beside the key that an address beyond this machine needs one", async () => {
  const known = { name: "home-key", home: "file" as const, usedBy: [], problem: null };
  const secrets = { ...noSecrets, list: () => Promise.resolve([known]) };
  await using scene = await SettingsScene.create(undefined, { secrets });
  const refused = await scene.submit(path, `${path}/listening`, { "listen.host": "0.0.0.0" });
  const page = await refused.text();
  assertEquals(refused.status, 422);
  const [, said] = /id="listen.clientKey-problem">(.*?)<\/p>/s.exec(page)!;
  assertStringIncludes(said, "must be set when listen.host is 0.0.0.0, which other machines can reach");
  const saved = await scene.submit(path, `${path}/listening`, {
    "listen.host": "0.0.0.0",
    "listen.clientKey": "home-key",
  });
  assertEquals([saved.status, (await scene.written()).listen], [303, { host: "0.0.0.0", clientKey: "home-key" }]);
  const after = await scene.page(saved.headers.get("location")!);
  assertStringIncludes(after, "The daemon still listens on http://127.0.0.1:11435");
  assertFalse(after.includes("in force already"));
});

Deno.test("the desktop's page takes no client key that has no value: every program would be locked out", async () => {
  await using scene = await SettingsScene.create({});
  const refused = await scene.submit(path, `${path}/listening`, { "listen.clientKey": "home-key" });
  assertEquals(refused.status, 422);
  assertStringIncludes(
    await refused.text(),
    "has no value yet; give it one first with: cloudtolocalllm secret set home-key",
  );
  assertEquals((await scene.written()).listen, undefined);
});

Deno.test("the desktop's page opens what is folded where something in it is wrong", async () => {
  await using scene = await SettingsScene.create();
  assertStringIncludes(await scene.page(path), '<details id="advanced">');
  const refused = await scene.submit(path, `${path}/advanced`, { "listen.allowedOrigins": "https://a.example\n*" });
  const page = await refused.text();
  assertStringIncludes(page, '<details id="advanced" open="">');
  assertStringIncludes(page, "must be an origin such as https://chat.example");
});

Deno.test("the desktop's page switches start at login, and says why where that cannot be", async () => {
  await using scene = await SettingsScene.create();
  await scene.post(`${path}/login-start`, { on: "yes" });
  await scene.post(`${path}/login-start`, { on: "no" });
  assertEquals(scene.commands, ["login true", "login false"]);
  const set = () => Promise.reject(new Error("Cannot write <autostart>: the disk is full"));
  await using full = await SettingsScene.create({}, { loginStart: { isEnabled: () => Promise.resolve(true), set } });
  const refused = await full.post(`${path}/login-start`, { on: "no" });
  const page = await refused.text();
  assertEquals(refused.status, 422);
  assertStringIncludes(page, "Nothing was changed. Cannot write &lt;autostart&gt;: the disk is full.");
  assertStringIncludes(page, "The daemon <strong>starts</strong> when you log in");
});

Deno.test("clientSnippets() has the address in every line, and a key nowhere", () => {
  for (const address of ["http://127.0.0.1:11435", "http://[::1]:8080"]) {
    const lines = clientSnippets({ address, needsKey: false });
    for (const { text } of lines) assert(text.includes(new URL(address).host), text);
    assertEquals(new Set(lines.map(({ id }) => id)).size, lines.length);
    assertStringIncludes(lines[0].text, "OLLAMA_HOST=");
  }
});

Deno.test("clientSnippets() says where the client key goes, and leaves out what cannot send one", () => {
  const lines = clientSnippets({ address: "http://127.0.0.1:11435", needsKey: true });
  assertFalse(lines.some(({ program }) => program === "ollama"));
  const says = (text: string) => /YOUR_CLIENT_KEY|your client key|OLLAMA_API_KEY/.test(text);
  for (const { program, text, where } of lines) assert(says(text + where), program);
});

Deno.test("awaitsRestart() compares with where the daemon listens", () => {
  const at = (host: string, port: number, now = "http://127.0.0.1:11435") => awaitsRestart(now, { host, port });
  assertEquals([at("127.0.0.1", 11435), at("localhost", 11435), at("127.0.0.1", 0)], [false, false, false]);
  assertEquals([at("0.0.0.0", 11435), at("127.0.0.1", 11436)], [true, true]);
  assertEquals([at("::", 80, "http://[::]:80"), at("::1", 80, "http://[::1]")], [false, false]);
});
