import { assertEquals, assertStringIncludes } from "@std/assert";
import { cloudInput } from "../../../tests/support/states.ts";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { removeMapping, saveMapping } from "./save_mapping.ts";

const localInput = { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" } as const;
const config = { backends: [localInput, { ...cloudInput, models: { a: "one", b: "two" } }] };
const a = { name: "a", backend: "cloud", model: "one" };

async function modelsOf(scene: SettingsScene, id = "cloud") {
  return (await scene.written()).backends?.find((backend) => backend.id === id)?.models;
}

Deno.test("saveMapping() adds a name and leaves all else of the file", async () => {
  await using scene = await SettingsScene.start({ config });
  const sent = { name: "llama3.2", backend: "cloud", model: "meta-llama/llama-3.2-3b-instruct" };
  assertEquals(await saveMapping(scene.context, sent, null), { saved: true });
  assertEquals(await scene.written(), {
    version: 1,
    backends: [localInput, { ...cloudInput, models: { a: "one", b: "two", [sent.name]: sent.model } }],
  });
});

Deno.test("saveMapping() writes down the connections of a file that names none", async () => {
  await using scene = await SettingsScene.start();
  assertEquals(await saveMapping(scene.context, { name: "x", backend: "cloud", model: "y" }, null), { saved: true });
  assertEquals((await scene.written()).backends?.map(({ id, models }) => [id, models]), [
    ["local", undefined],
    ["cloud", { x: "y" }],
  ]);
});

Deno.test("saveMapping() changes a mapping in its place, and moves it to another name or connection", async () => {
  await using scene = await SettingsScene.start({ config });
  assertEquals(await saveMapping(scene.context, { ...a, model: "new" }, a), { saved: true });
  assertEquals(Object.entries(await modelsOf(scene) ?? {}), [["a", "new"], ["b", "two"]]);
  const now = { ...a, model: "new" };
  assertEquals(await saveMapping(scene.context, { name: "c", backend: "local", model: "new" }, now), { saved: true });
  assertEquals([await modelsOf(scene), await modelsOf(scene, "local")], [{ b: "two" }, { c: "new" }]);
});

Deno.test("saveMapping() tells of a change made meanwhile to the same name, and keeps every other one", async () => {
  await using scene = await SettingsScene.start({ config });
  await scene.context.configFile.modify((draft) => void (draft.backends![1].models = { a: "theirs", b: "other" }));
  const result = await saveMapping(scene.context, { ...a, model: "mine" }, a);
  if (result.saved) throw new Error("It was overwritten");
  assertEquals([result.status, result.state.values, result.state.was], [409, { ...a, model: "mine" }, {
    ...a,
    model: "theirs",
  }]);
  assertStringIncludes(result.state.notices[0], "for “a” cloud is asked for “theirs” now");
  assertEquals(await modelsOf(scene), { a: "theirs", b: "other" });
  assertEquals(await saveMapping(scene.context, { ...a, model: "mine" }, { ...a, model: "theirs" }), { saved: true });
  assertEquals(await modelsOf(scene), { a: "mine", b: "other" });
});

Deno.test("saveMapping() tells that a name is taken, also in another spelling, and replaces it when told again", async () => {
  await using scene = await SettingsScene.start({ config });
  const sent = { name: "A:latest", backend: "cloud", model: "mine" };
  const result = await saveMapping(scene.context, sent, null);
  if (result.saved) throw new Error("It was overwritten");
  assertEquals([result.status, result.state.problems], [409, {
    name: "is taken: for “a” cloud is asked for “one”; save again to replace that",
  }]);
  assertEquals(await saveMapping(scene.context, sent, a), { saved: true });
  assertEquals(await modelsOf(scene), { b: "two", "A:latest": "mine" });
});

Deno.test("saveMapping() never gives up another entry for a new name", async () => {
  await using scene = await SettingsScene.start({ config });
  const result = await saveMapping(scene.context, { ...a, name: "b" }, a);
  if (result.saved) throw new Error("It was overwritten");
  assertEquals([result.status, result.state.was], [409, a]);
  assertEquals(await modelsOf(scene), { a: "one", b: "two" });
});

Deno.test("saveMapping() says what the schema says beside the field", async () => {
  await using scene = await SettingsScene.start({ config });
  const table: [Parameters<typeof saveMapping>[1], Record<string, string>][] = [
    [{ ...a, name: "" }, { name: "must be a text that is not empty" }],
    [{ name: "n", backend: "cloud", model: "" }, { model: "must be a text that is not empty" }],
    [{ name: 'odd "name" [1]', backend: "cloud", model: "" }, { model: "must be a text that is not empty" }],
    [{ ...a, backend: "" }, { backend: "must be chosen" }],
    [{ ...a, backend: "gone" }, { backend: "was removed meanwhile; choose another" }],
    [{ ...a, name: "__proto__" }, { name: "cannot be a name of this kind; choose another" }],
  ];
  for (const [sent, problems] of table) {
    const result = await saveMapping(scene.context, sent, null);
    assertEquals(!result.saved && [result.status, result.state.problems], [422, problems], JSON.stringify(sent));
  }
  assertEquals(await modelsOf(scene), { a: "one", b: "two" });
});

Deno.test("removeMapping() removes one that is still the same, and tells of one that is not", async () => {
  await using scene = await SettingsScene.start({ config });
  const result = await removeMapping(scene.context, { ...a, model: "older" });
  assertEquals(!result.saved && result.state.notices, ["Nothing was removed: for “a” cloud is asked for “one” now"]);
  assertEquals(await removeMapping(scene.context, a), { saved: true });
  assertEquals(await removeMapping(scene.context, a), { saved: true });
  assertEquals(await modelsOf(scene), { b: "two" });
});
