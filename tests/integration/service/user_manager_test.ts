import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execLine } from "../../../src/service/systemd/exec_line.ts";
import { ServiceScene } from "../../support/service_scene.ts";
import { whyNoUserManager } from "../../support/user_manager.ts";

const why = await whyNoUserManager();

/** Not on every machine can a test have a user manager of its own, also where systemd is installed. */
function managerTest(name: string, fn: (scene: ServiceScene) => Promise<void>): void {
  Deno.test({
    name: why ? `${name} (${why})` : name,
    ignore: why !== undefined,
    async fn() {
      await using scene = await ServiceScene.start();
      await fn(scene);
    },
  });
}

managerTest("systemd starts the daemon at login, knows when it is ready, and a stop is no failure", async (scene) => {
  assertEquals((await scene.run("autostart", "status")).out, "CloudToLocalLLM does not start at login\n");
  const enabled = await scene.run("autostart", "enable");
  assertEquals(enabled, {
    code: 0,
    err: "",
    out: "CloudToLocalLLM starts at login, by the systemd unit cloudtolocalllm.service\n",
  });
  const wants = await Deno.readLink(
    `${scene.manager.home}/.config/systemd/user/default.target.wants/cloudtolocalllm.service`,
  );
  assertStringIncludes(wants, "cloudtolocalllm.service");

  const started = await scene.run("start");
  assertMatch(started.out, /^CloudToLocalLLM runs at http:\/\/127\.0\.0\.1:\d+, as cloudtolocalllm\.service\n$/);
  const status = await scene.status();
  assertEquals([await scene.show("ActiveState"), Number(await scene.show("MainPID"))], ["active", status.pid]);
  assertMatch(
    await scene.show("StatusText"),
    /^down: no backend can answer at http:\/\/127\.0\.0\.1:\d+, mode local-first$/,
  );
  assertStringIncludes((await scene.run("start")).out, `CloudToLocalLLM runs already at ${status.listen}`);

  const restarted = await scene.run("restart");
  assertStringIncludes(restarted.out, ", as cloudtolocalllm.service\n");
  assert((await scene.status()).pid !== status.pid);

  assertEquals((await scene.run("stop")).out, "CloudToLocalLLM has stopped\n");
  assertEquals([await scene.show("ActiveState"), await scene.show("Result")], ["inactive", "success"]);
  assertEquals((await scene.run("stop")).out, "CloudToLocalLLM does not run\n");
  assertEquals((await scene.run("autostart", "disable")).out, "CloudToLocalLLM does not start at login\n");
  assertEquals(await scene.show("UnitFileState"), "disabled");
});

managerTest("systemd starts a daemon again that is killed, and one that hangs", async (scene) => {
  await scene.run("autostart", "enable");
  await scene.override("[Service]\nWatchdogSec=1\nLimitCORE=0\nRestartSec=0\n");
  await scene.run("start");
  const first = await scene.status();
  Deno.kill(first.pid, "SIGKILL");
  const second = await scene.untilRestarted(first.pid);
  assertEquals(await scene.show("NRestarts"), "1");
  Deno.kill(second.pid, "SIGSTOP");
  await scene.untilRestarted(second.pid);
  assertEquals(await scene.show("NRestarts"), "2");
  await scene.run("stop");
  assertEquals(await scene.show("ActiveState"), "inactive");
});

managerTest("a start that fails says why, by systemd too", async (scene) => {
  await scene.run("autostart", "enable");
  await Deno.writeTextFile(`${scene.manager.home}/.config/cloudtolocalllm/config.json`, "{");
  await scene.override("[Service]\nRestart=no\n");
  const { code, out, err } = await scene.run("start");
  assertEquals([code, out], [1, ""]);
  assertStringIncludes(err, "systemd could not start cloudtolocalllm.service: Job for cloudtolocalllm.service failed");
  assertStringIncludes(err, "See: journalctl --user --unit cloudtolocalllm.service");
});

managerTest("a program in a folder with every odd letter is started as it is named", async ({ manager }) => {
  const folder = `${manager.home}/a$HOME c%h;d\u00e9`;
  await Deno.mkdir(folder);
  const program = `${folder}/it`;
  await Deno.writeTextFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" >'${manager.home}/said'\n`, { mode: 0o755 });
  const args = ["$HOME", "%h", 'a "b" c', "", "\\t;"];
  const unit = `[Service]\nType=oneshot\nExecStart=${execLine([program, ...args])}\n`;
  await Deno.mkdir(`${manager.home}/.config/systemd/user`, { recursive: true });
  await Deno.writeTextFile(`${manager.home}/.config/systemd/user/odd.service`, unit);
  await manager.systemctl("daemon-reload");
  await manager.systemctl("start", "odd.service");
  assertEquals((await Deno.readTextFile(`${manager.home}/said`)).split("\n").slice(0, -1), args);
});
