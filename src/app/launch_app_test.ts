import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { FakePrograms } from "../../tests/support/fake_programs.ts";
import { launchApp } from "./launch_app.ts";

const options = (programs: FakePrograms, isUnit: boolean) => ({
  clock: new FakeClock(),
  env: (name: string) => name === "INVOCATION_ID" && isUnit ? "1234" : undefined,
  childEnv: { ...programs.env, CLOUDTOLOCALLLM_SECRET_CLOUD: "" },
});

Deno.test("launchApp() starts the app, and knows nothing of systemd where there is none", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("app");
  await programs.add("systemd-run");
  const path = `${programs.folder}/app`;
  await launchApp(path, options(programs, false));
  assertEquals([(await programs.calls("app")).length, (await programs.calls("systemd-run")).length], [1, 0]);
});

Deno.test("launchApp() gives the app a unit of its own where the daemon is one, and starts it itself if that fails", async () => {
  await using programs = await FakePrograms.make();
  const path = `${programs.folder}/app`;
  await programs.add("app");
  await launchApp(path, options(programs, true));
  assertEquals((await programs.calls("app")).length, 1);
  await programs.add("systemd-run");
  await launchApp(path, options(programs, true));
  const [{ args }] = await programs.calls("systemd-run");
  assertEquals([args, (await programs.calls("app")).length], [["--user", "--quiet", "--collect", "--", path], 1]);
  await programs.add("systemd-run", { exit: 1 });
  await launchApp(path, options(programs, true));
  assertEquals((await programs.calls("app")).length, 2);
});

Deno.test("launchApp() says why the app did not start", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("app", { exit: 3 });
  const path = `${programs.folder}/app`;
  await assertRejects(() => launchApp(path, options(programs, false)), Error, "it ended at once with code 3");
  await assertRejects(() => launchApp(`${path}-not`, options(programs, false)), Error, `Cannot start ${path}-not: `);
});
