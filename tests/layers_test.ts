import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { forbidden, type ImportEdge } from "./support/layers.ts";
import { loadedWith, moduleGraph, root, sourceFiles } from "./support/module_graph.ts";

const isTest = (path: string) => path.endsWith("_test.ts");

const sources = (await sourceFiles("src")).filter((path) => !isTest(path));
const edges = (await moduleGraph(["main.ts", ...sources])).filter(({ from }) =>
  !isTest(from) && !from.startsWith("types/")
);

Deno.test("every import points down", () => {
  const wrong = edges.map(forbidden).filter((reason) => reason !== undefined);
  assertEquals(wrong, []);
});

Deno.test("the module graph is read in full", () => {
  const importers = new Set(edges.map(({ from }) => from));
  for (const path of ["main.ts", "src/app.ts", "src/http/server.ts", "src/cli/load_command.ts"]) {
    assert(importers.has(path), path);
  }
  const has = (edge: ImportEdge) =>
    edges.some((other) => (Object.keys(edge) as (keyof ImportEdge)[]).every((key) => other[key] === edge[key]));
  assert(has({ from: "src/cli/run_command.ts", to: "src/app.ts", isDynamic: true }));
  assert(has({ from: "src/http/server.ts", to: "@hono/hono", isTypeOnly: false }));
  assert(has({ from: "src/broker/backend.ts", to: "src/config/schema.ts", isTypeOnly: true }));
});

Deno.test("the idle daemon loads no node: module of its own accord", () => {
  const loaded = loadedWith(["main.ts", "src/cli/run_command.ts", "src/app.ts"], edges);
  assertArrayIncludes([...loaded], ["src/http/relay.ts", "src/protocol/decode_body.ts"]);
  assertEquals([...loaded].filter((path) => path.startsWith("node:")), []);
});

Deno.test("the idle daemon loads neither the demo nor other commands than run", () => {
  const loaded = loadedWith(["main.ts", "src/cli/run_command.ts", "src/app.ts"], edges);
  const isLazy = (path: string) =>
    path.startsWith("src/demo/") || /^src\/cli\/(?!run_|load_)\w+_command\.ts$/.test(path);
  assert(sources.some(isLazy));
  assertEquals([...loaded].filter(isLazy), []);
});

Deno.test("the client library stands alone, and loads node: modules only outside browsers", () => {
  const own = edges.filter(({ from }) => from.startsWith("src/client/"));
  assert(own.length > 20);
  // How a daemon proves itself is the same at both ends, and needs nothing but what every platform has.
  const others = own.filter(({ to }) => !to.startsWith("src/client/") && to !== "src/core/control_proof.ts");
  assertEquals(edges.filter(({ from }) => from === "src/core/control_proof.ts"), []);
  assert(others.every(({ to, isDynamic, isTypeOnly }) => to.startsWith("node:") && (isDynamic || isTypeOnly)));
  assertEquals([...new Set(others.map(({ from }) => from))], ["src/client/node_system.ts"]);
});

Deno.test("every source file has one subject: under 300 lines, and none is called utils", async () => {
  const all = [...await sourceFiles("src"), ...await sourceFiles("tests")];
  assert(all.length > 100);
  assertEquals(all.filter((path) => /(^|\/)(utils?|helpers?|common|misc)\.ts$/.test(path)), []);
  const long: string[] = [];
  for (const path of sources) {
    const lines = (await Deno.readTextFile(root + path)).split("\n").length - 1;
    if (lines >= 300) long.push(`${path}: ${lines} lines`);
  }
  assertEquals(long, []);
});

const allowed: ImportEdge[] = [
  { from: "main.ts", to: "src/cli/command_line.ts" },
  { from: "main.ts", to: "src/core/direct_loopback.ts" },
  { from: "src/app.ts", to: "src/http/server.ts" },
  { from: "src/app.ts", to: "src/core/clock.ts" },
  { from: "src/http/relay.ts", to: "src/broker/backend.ts" },
  { from: "src/http/server.ts", to: "@hono/hono" },
  { from: "src/settings/page.ts", to: "@hono/hono" },
  { from: "src/http/read_body.ts", to: "@std/bytes/concat" },
  { from: "src/backends/exchange.ts", to: "src/protocol/types.ts", isTypeOnly: true },
  { from: "src/health/monitor.ts", to: "src/state/store.ts" },
  { from: "src/broker/candidates.ts", to: "src/state/routability.ts" },
  { from: "src/state/app_state.ts", to: "src/config/schema.ts", isTypeOnly: true },
  { from: "src/desktop/tray/tray.ts", to: "src/dbus/connection.ts" },
  { from: "src/desktop/tray/gtk_host.ts", to: "ffi/gtk.ts" },
  { from: "src/secrets/secret_service.ts", to: "src/dbus/connection.ts" },
  { from: "src/dbus/connection.ts", to: "dbus-native" },
  { from: "src/config/schema.ts", to: "valibot" },
  { from: "src/cli/run_command.ts", to: "src/app.ts", isDynamic: true },
  { from: "src/cli/run_command.ts", to: "src/app.ts", isTypeOnly: true },
  { from: "src/cli/demo_command.ts", to: "src/demo/demo.ts", isDynamic: true },
  { from: "src/cli/status_text.ts", to: "src/state/status.ts", isTypeOnly: true },
  { from: "src/cli/config_command.ts", to: "src/config/paths.ts" },
  { from: "src/demo/demo.ts", to: "src/core/clock.ts" },
  { from: "src/demo/http_wire.ts", to: "node:net" },
  { from: "src/core/version.ts", to: "deno.json" },
  { from: "src/client/node_system.ts", to: "node:fs/promises", isDynamic: true },
];

const refused: ImportEdge[] = [
  { from: "src/core/clock.ts", to: "src/config/schema.ts" },
  { from: "src/core/clock.ts", to: "src/config/schema.ts", isTypeOnly: true },
  { from: "src/core/clock.ts", to: "@std/bytes/concat" },
  { from: "src/core/clock.ts", to: "node:timers" },
  { from: "src/config/schema.ts", to: "src/state/store.ts" },
  { from: "src/state/store.ts", to: "src/broker/models.ts", isTypeOnly: true },
  { from: "src/state/store.ts", to: "src/protocol/model_names.ts" },
  { from: "src/protocol/ollama.ts", to: "src/config/schema.ts" },
  { from: "src/protocol/ollama.ts", to: "src/state/store.ts" },
  { from: "src/broker/failover.ts", to: "src/backends/create.ts" },
  { from: "src/broker/failover.ts", to: "src/health/monitor.ts", isTypeOnly: true },
  { from: "src/http/server.ts", to: "src/health/monitor.ts", isTypeOnly: true },
  { from: "src/http/server.ts", to: "src/backends/create.ts" },
  { from: "src/http/server.ts", to: "src/app.ts", isDynamic: true },
  { from: "src/health/monitor.ts", to: "src/http/context.ts" },
  { from: "src/health/monitor.ts", to: "src/backends/create.ts" },
  { from: "src/settings/page.ts", to: "src/http/guard.ts" },
  { from: "src/http/server.ts", to: "src/dbus/connection.ts" },
  { from: "src/http/server.ts", to: "ffi/gtk.ts" },
  { from: "src/broker/failover.ts", to: "@hono/hono" },
  { from: "src/http/server.ts", to: "dbus-native" },
  { from: "src/desktop/tray/tray.ts", to: "@homebridge/dbus-native" },
  { from: "src/http/server.ts", to: "valibot" },
  { from: "src/http/server.ts", to: "lodash" },
  { from: "src/cli/run_command.ts", to: "src/app.ts" },
  { from: "src/cli/demo_command.ts", to: "src/demo/demo.ts" },
  { from: "src/cli/status_text.ts", to: "src/state/routability.ts" },
  { from: "src/cli/status_text.ts", to: "src/state/routability.ts", isDynamic: true },
  { from: "src/cli/status_text.ts", to: "src/http/context.ts", isTypeOnly: true },
  { from: "src/demo/demo.ts", to: "src/protocol/ollama.ts" },
  { from: "src/client/client.ts", to: "src/http/context.ts", isTypeOnly: true },
  { from: "src/client/node_system.ts", to: "node:fs/promises" },
  { from: "src/client/client.ts", to: "@std/bytes/concat" },
  { from: "src/app.ts", to: "src/client/client.ts", isDynamic: true },
  { from: "src/app.ts", to: "src/cli/command_line.ts" },
  { from: "src/app.ts", to: "src/demo/demo.ts", isDynamic: true },
  { from: "src/app.ts", to: "tests/support/fake_clock.ts" },
  { from: "main.ts", to: "src/app.ts" },
  { from: "ffi/gtk.ts", to: "src/core/clock.ts" },
  { from: "src/helpers/strings.ts", to: "src/core/clock.ts" },
];

Deno.test("forbidden() lets pass what the layers allow", () => {
  for (const edge of allowed) assertEquals(forbidden(edge), undefined);
});

Deno.test("forbidden() names both ends of an import that the layers forbid", () => {
  for (const edge of refused) {
    const reason = forbidden(edge);
    assert(reason?.startsWith(`${edge.from}`), `${edge.from} → ${edge.to} was let pass`);
  }
});

Deno.test("loadedWith() follows what is loaded at once, and neither import() nor types", () => {
  const graph: ImportEdge[] = [
    { from: "a", to: "b" },
    { from: "b", to: "node:net" },
    { from: "a", to: "c", isDynamic: true },
    { from: "a", to: "d", isTypeOnly: true },
    { from: "c", to: "e" },
  ];
  assertEquals([...loadedWith(["a"], graph)].sort(), ["a", "b", "node:net"]);
});
