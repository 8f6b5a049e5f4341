import { assertEquals } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { until } from "../../../tests/support/desktop/until.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { openGtkHost } from "./gtk_host.ts";
import type { TrayAction, TrayModel } from "./tray_model_types.ts";

const model: TrayModel = {
  icon: "local",
  colour: "dark",
  title: "CloudToLocalLLM",
  tooltip: "All is well",
  menu: [
    { kind: "item", key: "state", label: "All is well", enabled: true },
    { kind: "radio", key: "cloud", label: "Cloud", enabled: true, checked: false, action: { do: "resume_cloud" } },
    {
      kind: "submenu",
      key: "more",
      label: "More",
      enabled: true,
      items: [
        { kind: "item", key: "quit", label: "Quit", enabled: true, action: { do: "quit" } },
        { kind: "item", key: "logs", label: "Logs", enabled: false, action: { do: "open_logs" } },
      ],
    },
  ],
};

/** A shell script in the place of GTK's process, in a folder of its own. */
async function openScript(script: string) {
  const folder = await Deno.makeTempDir();
  const { context } = new DesktopScene({ env: { DISPLAY: ":nowhere" } });
  const command = { program: "sh", args: ["-c", `cd ${folder}; ${script}`] };
  const actions: TrayAction[] = [];
  const host = await openGtkHost({ context, command, onAction: (action) => actions.push(action) });
  const shown = async () =>
    (await Deno.readTextFile(`${folder}/shown`)).trimEnd().split("\n").map((line) => JSON.parse(line).show);
  return { host, actions, folder, shown, remove: () => Deno.remove(folder, { recursive: true }) };
}

const ready = `echo '{"ready":true}'`;

Deno.test("GtkHost sends the icon when it changed, and nothing when nothing did", async () => {
  const { host, shown, remove } = await openScript(`${ready}; exec cat >shown`);
  const models = [model, model, { ...model, tooltip: "Still" }, { ...model, icon: "error" as const }];
  for (const one of models) {
    host.show(structuredClone(one));
    await until("it arrives", async () => (await shown()).at(-1)?.tooltip === one.tooltip || undefined);
  }
  await inTime("it closes", host.close());
  const lines = await shown();
  assertEquals(lines.map(({ tooltip }) => tooltip), ["All is well", "Still", "All is well"]);
  assertEquals(lines.map(({ icon }) => icon?.length), [5, undefined, 5]);
  assertEquals(lines[0].menu, model.menu);
  await remove();
});

Deno.test("GtkHost.show() skips what is outdated while the process reads nothing", async () => {
  const { host, folder, shown, remove } = await openScript(`mkfifo go; ${ready}; read -r _ <go; exec cat >shown`);
  const title = "x".repeat(1_000_000);
  for (let count = 1; count <= 20; count++) {
    host.show({ ...model, title, tooltip: `${count}` });
    await Promise.resolve();
  }
  await Deno.writeTextFile(`${folder}/go`, "\n");
  await until("the last one arrives", async () => (await shown()).at(-1)?.tooltip === "20" || undefined);
  await inTime("it closes", host.close());
  assertEquals((await shown()).map(({ tooltip }) => tooltip), ["1", "20"]);
  await remove();
});

Deno.test("GtkHost turns clicks into actions by key: of what the menu has and can be chosen", async () => {
  const says = ["cloud", "quit", "logs", "state", "more", "gone", "__proto__"].map((key) =>
    `echo '${JSON.stringify({ clicked: key })}'`
  );
  const { host, actions, remove } = await openScript(
    `${ready}; read -r _; ${says.join("; ")}; echo '{"activated":true}'; cat >/dev/null`,
  );
  host.show(model);
  await until("the last click arrives", () => actions.at(-1)?.do === "open_settings" || undefined);
  assertEquals(actions, [{ do: "resume_cloud" }, { do: "quit" }, { do: "open_settings" }]);
  await inTime("it closes", host.close());
  await remove();
});

Deno.test("GtkHost.show() does nothing once the process has ended", async () => {
  const { host, remove } = await openScript(`${ready}; exit 0`);
  await inTime("it tells its end", host.closed);
  host.show(model);
  host.show({ ...model, tooltip: "Still" });
  await inTime("it closes", host.close());
  await remove();
});
