import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { all, backend, cloud, entry, menuOf } from "../../../tests/support/menu_of_report.ts";
import type { BackendStatus } from "../../state/status.ts";

Deno.test("trayMenu() says how each backend is", () => {
  const table: [Partial<BackendStatus>, label: string][] = [
    [{ latencyMs: null, models: [] }, "● local: up, no models"],
    [{ latencyMs: 0.2, models: ["a"] }, "● local: up, 1 ms, 1 model"],
    [{ latencyMs: 2_345, models: ["a"] }, "● local: up, 2.3 s, 1 model"],
    [{ reason: "Its health check fails: no path" }, "◐ local: up, 3 ms, 2 models"],
    [{ health: "ejected", routable: false, reason: "It failed" }, "◐ local: left alone for a while"],
    [{ health: "unknown", reason: "Not checked yet" }, "○ local: not checked yet"],
    [{ health: "down", routable: false, reason: "Ollama is not running" }, "× local: down"],
    [{ health: "misconfigured", routable: false, reason: "No token" }, "× local: needs to be set up"],
    [{ health: "disabled", routable: false, reason: "Not used in mode cloud-only" }, "○ local: not used in this mode"],
    [{ health: "disabled", routable: false, enabled: false, reason: "Switched off" }, "○ local: switched off"],
  ];
  for (const [more, label] of table) {
    const submenu = entry(menuOf({ backends: [backend(more)] }), "backend:local");
    assertEquals(submenu.label, label);
    assert(submenu.kind === "submenu");
    const [first] = submenu.items;
    assertEquals(first.kind === "item" && first.label, more.reason ?? "Test now");
    assertEquals(first.kind === "item" && first.enabled, more.reason === undefined);
  }
});

Deno.test("trayMenu() commands each backend by its id", () => {
  const items = menuOf({ backends: [backend(), { ...cloud, enabled: false, health: "disabled" }] });
  assertEquals(entry(items, "backend:local:test").action, { do: "test_backend", backend: "local" });
  assertEquals(entry(items, "backend:local:enabled").action, {
    do: "enable_backend",
    backend: "local",
    enabled: false,
  });
  assertEquals(entry(items, "backend:cloud:enabled").action, { do: "enable_backend", backend: "cloud", enabled: true });
  assertFalse(entry(items, "backend:cloud:enabled").checked);
});

Deno.test("trayMenu() copies the whole name of a model, whose label keeps the end", () => {
  const model = `hf.co/${"long".repeat(20)}/Model-GGUF:Q4_K_M`;
  const item = entry(
    menuOf({ backends: [backend({ models: [model], warm: [] })] }),
    `backend:local:model:${model.slice(0, 100)}`,
  );
  assertMatch(item.label, /^hf\.co\/long.*….*-GGUF:Q4_K_M$/);
  assertEquals([item.enabled, item.action], [true, { do: "copy_model", model }]);
});

Deno.test("trayMenu() says how many answers run, as long as any do, in the entry of the state", () => {
  assertEquals(
    entry(menuOf({ inFlight: 2 }), "state").label,
    "Ollama on this machine answers, 2 models, 3 ms; 2 answers running",
  );
  const long = entry(menuOf({ inFlight: 1, backends: [backend({ reason: "x".repeat(200) })] }), "state").label;
  assertMatch(long, /…; 1 answer running$/);
  assertEquals(long.length, 110);
});

Deno.test("trayMenu() says what to do where who stands in lacks models", () => {
  const state = { state: "degraded", active: "cloud" } as const;
  const down = backend({ health: "down", routable: false, reason: "Ollama is not running" });
  const notes = (models: string[]) =>
    menuOf({ ...state, backends: [down, { ...cloud, models }] }).flatMap((item) =>
      item.key === "note:models" && item.kind === "item" ? [item.label] : []
    );
  const advice = 'Name models that stand in: "models" of cloud, see docs/CONFIGURATION.md';
  assertEquals([notes(["other"]), notes(["qwen3"]), notes(["qwen3", "llama3.2"])], [[advice], [advice], []]);
});

Deno.test("trayMenu() says where a token belongs", () => {
  const advice = (reason: string) => {
    const items = all(menuOf({ backends: [backend({ health: "misconfigured", routable: false, reason })] }));
    return items.flatMap((item) => item.key === "backend:local:advice" && item.kind === "item" ? [item.label] : []);
  };
  assertEquals(advice("The token is missing: set X"), ['See "Tokens" in docs/CONFIGURATION.md']);
  assertEquals(advice("x.example asks for payment"), []);
});

Deno.test("trayMenu() says first and briefly what is wrong with the configuration, and opens it", () => {
  const configError =
    "Cannot use /x/y/config.json: 1 problem\n  line 17, column 5: this key is there twice\nCorrect it";
  const note = entry(menuOf({ configError }), "note:config");
  assertEquals([note.label, note.action], ["config.json, line 17: this key is there twice", {
    do: "open_config_file",
  }]);
});

Deno.test("trayMenu() shows a bounded part of much", () => {
  const models = Array.from({ length: 200 }, (_, at) => `model-${at}`);
  const backends = Array.from(
    { length: 200 },
    (_, at) => backend({ id: `b${at}`, models, warm: ["model-1", "model-99"] }),
  );
  const items = menuOf({ backends, active: "b0" });
  assertEquals(all(items).filter(({ kind, key }) => kind === "submenu" && key.startsWith("backend:")).length, 30);
  assertEquals(entry(items, "backends:more").label, "and 170 more");
  assertEquals(entry(items, "backend:b3:models:more").label, "and 175 more, 1 of them loaded");
  assertEquals(all(items).filter(({ key }) => key.startsWith("backend:b3:model:")).length, 25);
});
