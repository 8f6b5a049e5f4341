import { assertEquals } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { fakeDaemon, FakeSystem, type FakeSystemOptions, FakeWeb } from "../../tests/support/fake_web.ts";
import { CloudToLocalLLM } from "./client.ts";

const url = "http://127.0.0.1:4000";
const link = `${url}/settings/enter?key=once`;

function scene(options: FakeSystemOptions | "browser") {
  const web = new FakeWeb();
  web.listen(url, fakeDaemon({ token: "a", answer: () => Response.json({ url: link, expiresInMs: 60_000 }) }));
  const system = options === "browser" ? undefined : new FakeSystem(options);
  const clock = new FakeClock();
  const client = new CloudToLocalLLM({ url, token: "a", fetch: web.fetch }, {
    timers: clock,
    loadSystem: () => Promise.resolve(system),
  });
  return { web, system, clock, client };
}

const onBus = (address: string) => ({
  "busctl NameHasOwner": "b true\n",
  "busctl Get Address": `v s "${address}"\n`,
  "busctl OpenSettings": "",
});
const opensBrowser = { [`xdg-open ${link}`]: 0 };

Deno.test("openSettings() lets the session's own daemon open them, which needs no link", async () => {
  const { client, web } = scene({ programs: onBus(url) });
  assertEquals(await client.openSettings(), { opened: true });
  assertEquals(web.asked.filter((line) => line.startsWith("POST")), []);
});

Deno.test("openSettings() opens a link where another daemon is on the bus", async () => {
  const other = onBus("http://127.0.0.1:4001");
  const { client, system } = scene({ programs: other, startable: opensBrowser, env: { WAYLAND_DISPLAY: "wayland-0" } });
  assertEquals(await client.openSettings(), { opened: true });
  assertEquals(system?.started, [`xdg-open ${link}`]);
});

Deno.test("openSettings() gives the link where nothing can open it", async () => {
  const given = { opened: false, url: link, expiresInMs: 60_000 } as const;
  const env = { DISPLAY: ":0" };
  assertEquals(await scene("browser").client.openSettings(), given);
  const dark = scene({ startable: opensBrowser });
  assertEquals([await dark.client.openSettings(), dark.system?.started], [given, []]);
  assertEquals(await scene({ env }).client.openSettings(), given);
  assertEquals(await scene({ env, startable: { [`xdg-open ${link}`]: 3 } }).client.openSettings(), given);
});

Deno.test("openSettings() does not wait for a browser that stays", async () => {
  const { client, clock } = scene({ env: { DISPLAY: ":0" }, startable: { [`xdg-open ${link}`]: undefined } });
  const opened = client.openSettings();
  while (clock.nextDueMs !== 5_000) await settle();
  await clock.advance(5_000);
  assertEquals(await opened, { opened: true });
  assertEquals(clock.pending, 0);
});
