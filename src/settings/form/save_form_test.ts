import { assertEquals, assertStringIncludes } from "@std/assert";
import { ConfigStore } from "../../config/config_store.ts";
import type { Config, ConfigInput } from "../../config/schema.ts";
import { silentLog } from "../../core/log.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import type { Field } from "./field.ts";
import { freshForm, saveForm, type SaveOptions, type SaveResult, wholeConfig } from "./save_form.ts";

const fields: Field[] = [
  { keys: ["desktop", "tray"], label: "Tray", input: { kind: "switch" } },
  { keys: ["listen", "port"], label: "Port", input: { kind: "number" } },
  { keys: ["log", "level"], label: "Level", input: { kind: "choice", options: [["info", "Info"], ["debug", "All"]] } },
  { keys: ["listen", "allowedHosts"], label: "Hosts", input: { kind: "lines" } },
];

/** A configuration file, and forms of it as a browser sends them. */
class Scene implements AsyncDisposable {
  private constructor(readonly store: ConfigStore, readonly folder: string) {}

  static async make(text = '{ "version": 1 }\n'): Promise<Scene> {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/config.json`;
    await Deno.writeTextFile(path, text);
    return new Scene(await ConfigStore.open({ path, log: silentLog, clock: new FakeClock(), watch: false }), folder);
  }

  get config(): Config {
    return this.store.config;
  }

  async written(): Promise<ConfigInput> {
    return JSON.parse(await Deno.readTextFile(this.store.path));
  }

  /** The form as it is drawn now, with what the user types in it. */
  form(typed: Record<string, string | null>, was = freshForm(fields, this.config).was): FormData {
    const form = new FormData();
    form.set("was", JSON.stringify(was));
    if (was["desktop.tray"] === true) form.set("desktop.tray", "on");
    form.set("listen.port", String(was["listen.port"]));
    form.set("log.level", String(was["log.level"]));
    form.set("listen.allowedHosts", (was["listen.allowedHosts"] as string[]).join("\r\n"));
    for (const [name, value] of Object.entries(typed)) {
      if (value === null) form.delete(name);
      else form.set(name, value);
    }
    return form;
  }

  save(form: FormData, options: Partial<SaveOptions> = {}): Promise<SaveResult> {
    return saveForm({ configFile: this.store }, form, { fields, target: wholeConfig, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function stateOf(result: SaveResult) {
  if (result.saved) throw new Error("It was saved");
  return { status: result.status, ...result.state };
}

Deno.test("saveForm() writes what was changed, and leaves defaults unwritten", async () => {
  await using scene = await Scene.make();
  const form = scene.form({ "desktop.tray": null, "listen.allowedHosts": "chat.example\r\n\r\n  other.example " });
  assertEquals(await scene.save(form), { saved: true });
  assertEquals(await scene.written(), {
    version: 1,
    desktop: { tray: false },
    listen: { allowedHosts: ["chat.example", "other.example"] },
  });
});

Deno.test("saveForm() says beside the field what is wrong, keeps what was typed, and writes nothing", async () => {
  await using scene = await Scene.make();
  for (const [typed, value] of [["http", "http"], ["70000", 70_000]] as const) {
    const { status, problems, values, notices } = stateOf(await scene.save(scene.form({ "listen.port": typed })));
    assertEquals([status, values["listen.port"], notices], [422, value, []]);
    assertStringIncludes(problems["listen.port"], "must be a whole number from 0 to 65535");
  }
  assertEquals(await scene.written(), { version: 1 });
});

Deno.test("saveForm() keeps what another window saved in other fields", async () => {
  await using scene = await Scene.make();
  const [first, second] = [scene.form({ "log.level": "debug" }), scene.form({ "listen.port": "12000" })];
  assertEquals(await scene.save(first), { saved: true });
  assertEquals(await scene.save(second), { saved: true });
  assertEquals(await scene.written(), { version: 1, log: { level: "debug" }, listen: { port: 12_000 } });
});

Deno.test("saveForm() tells of a field that was changed meanwhile, and saves it when it is sent again", async () => {
  await using scene = await Scene.make();
  const form = scene.form({ "listen.port": "12000" });
  await Deno.writeTextFile(scene.store.path, '{ "version": 1, "listen": { "port": 13000 } }');
  const { status, problems, values, was, notices } = stateOf(await scene.save(form));
  assertEquals([status, values["listen.port"], was["listen.port"]], [409, 12_000, 13_000]);
  assertStringIncludes(problems["listen.port"], "was changed meanwhile to “13000”");
  assertStringIncludes(notices[0], "Nothing was saved");
  assertEquals((await scene.written()).listen?.port, 13_000);
  assertEquals(await scene.save(scene.form({ "listen.port": "12000" }, was)), { saved: true });
  assertEquals((await scene.written()).listen?.port, 12_000);
});

Deno.test("saveForm() takes the same change in two windows for one", async () => {
  await using scene = await Scene.make();
  const form = () =>
    scene.form({ "log.level": "debug" }, freshForm(fields, { ...scene.config, log: { level: "info" } }).was);
  assertEquals([await scene.save(form()), await scene.save(form())], [{ saved: true }, { saved: true }]);
});

Deno.test("saveForm() never overwrites a file that cannot be read", async () => {
  await using scene = await Scene.make();
  const form = scene.form({ "listen.port": "12000" });
  await Deno.writeTextFile(scene.store.path, "{ broken");
  const { status, notices } = stateOf(await scene.save(form));
  assertEquals(status, 422);
  assertStringIncludes(notices[0], "Nothing was changed, for the file would be overwritten");
  assertEquals(await Deno.readTextFile(scene.store.path), "{ broken");
});

Deno.test("saveForm() asks beforeSave() only when all else is well, and writes nothing when that refuses", async () => {
  await using scene = await Scene.make();
  let asked = 0;
  const beforeSave = () => Promise.resolve(asked++ === 0 ? { token: "is refused" } : {} as Record<string, string>);
  await scene.save(scene.form({ "listen.port": "no" }), { beforeSave });
  assertEquals(asked, 0);
  const { problems } = stateOf(await scene.save(scene.form({ "listen.port": "12000" }), { beforeSave }));
  assertEquals([problems, await scene.written()], [{ token: "is refused" }, { version: 1 }]);
  assertEquals(await scene.save(scene.form({ "listen.port": "12000" }), { beforeSave }), { saved: true });
});

Deno.test("saveForm() with a form that lost what it was drawn with overwrites nothing unseen", async () => {
  await using scene = await Scene.make('{ "version": 1, "listen": { "port": 13000 } }');
  const form = scene.form({ "listen.port": "12000" });
  form.set("was", "not JSON");
  assertEquals(stateOf(await scene.save(form)).status, 409);
});
