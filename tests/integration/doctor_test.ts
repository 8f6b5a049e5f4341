import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Finding } from "../../src/doctor/finding.ts";
import { FakeWatcher } from "../support/desktop_fakes/fake_watcher.ts";
import { DoctorScene } from "../support/doctor_scene.ts";
import { inTime } from "../support/in_time.ts";
import { KeyringDaemon, keyringTest } from "../support/keyring_daemon.ts";
import { ModelServer } from "../support/model_server.ts";
import { isBusMissing, PrivateBus } from "../support/private_bus.ts";

const isRoot =
  new TextDecoder().decode((await new Deno.Command("id", { args: ["-u"] }).output()).stdout).trim() === "0";

/** What a finding says to paste. */
function command({ remedy, isCommand, what }: Finding): string {
  assert(isCommand && remedy !== null, `${what}: ${remedy}`);
  return remedy;
}

/** Another program of the user, and the first that it says. */
async function program(script: string): Promise<AsyncDisposable & { child: Deno.ChildProcess; said: string }> {
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdout: "piped", stderr: "null" }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await inTime("the program says something", lines.read());
  await lines.cancel();
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // The doctor's remedy has ended it.
    }
    await child.status;
  };
  return { child, said: value!.trim(), [Symbol.asyncDispose]: end };
}

Deno.test("doctor is content where nothing is wrong", async () => {
  await using scene = await DoctorScene.start();
  await scene.isContent();
  assertEquals((await scene.finds("daemon-off")).severity, "warning");
});

Deno.test("doctor finds another program on the port, and its remedy ends it", async () => {
  await using scene = await DoctorScene.start();
  await using holder = await program(
    `Deno.serve({ hostname: "127.0.0.1", port: ${scene.port}, onListen: () => console.log("") }, () => new Response("not ours"));`,
  );
  const finding = await scene.finds("port-held");
  assertMatch(finding.what, new RegExp(`^\\S+ \\(process ${holder.child.pid}\\) holds port ${scene.port}`));
  await scene.paste(command(finding));
  await holder.child.status;
  await scene.isContent();
});

Deno.test("doctor finds Ollama on the daemon's port", async () => {
  await using scene = await DoctorScene.start();
  const ollama = await ModelServer.start({ name: "wrong place", dialect: "ollama", port: scene.port });
  const finding = await scene.finds("port-held-by-ollama");
  assertEquals(finding.remedy, `kill ${Deno.pid}`);
  await ollama.stop();
  await scene.isContent();
});

Deno.test("doctor finds the place where the configuration is broken", async () => {
  await using scene = await DoctorScene.start();
  const good = await Deno.readTextFile(scene.configFile);
  await Deno.writeTextFile(scene.configFile, good.replace('"version": 1,', '"version": 1'));
  const finding = await scene.finds("config-broken");
  assertMatch(
    finding.remedy!,
    /^Correct line 3, column 3 in .*config\.json, then check it with: cloudtolocalllm config/,
  );
  await Deno.writeTextFile(scene.configFile, good.replace('"port"', '"prot"'));
  const unknown = await scene.finds("config-broken");
  assertStringIncludes(unknown.what, 'listen.prot: unknown option; did you mean "port"?');
  await Deno.writeTextFile(scene.configFile, good);
  await scene.paste(finding.remedy!.split("check it with: ")[1]);
  await scene.isContent();
});

Deno.test("doctor finds what others can read or change, and its remedies close it", async () => {
  await using scene = await DoctorScene.start();
  const secrets = `${scene.stateDir}/secrets.json`;
  await Deno.writeTextFile(secrets, JSON.stringify({ version: 1, secrets: { cloud: "sk-planted-token" } }));
  await Deno.chmod(secrets, 0o644);
  await Deno.chmod(scene.configFile, 0o666);
  await Deno.chmod(scene.runtimeDir, 0o777);
  for (const id of ["secrets-open", "config-open", "folder-open"]) {
    await scene.paste(command(await scene.finds(id)));
  }
  await scene.isContent();
  assertEquals((await Deno.stat(secrets)).mode! & 0o777, 0o600);
});

Deno.test("doctor finds a state folder that nobody may write to, and one that is a file", async () => {
  await using scene = await DoctorScene.start();
  await Deno.chmod(scene.stateDir, 0o500);
  await scene.paste(command(await scene.finds("folder-locked")));
  await scene.isContent();
  await Deno.remove(scene.stateDir);
  await Deno.writeTextFile(scene.stateDir, "");
  await scene.paste(command(await scene.finds("not-a-folder")));
  await scene.isContent();
});

Deno.test({
  name: isRoot ? "doctor finds a folder of another user" : "doctor finds a folder of another user (needs root)",
  ignore: !isRoot,
  async fn() {
    await using scene = await DoctorScene.start();
    const folder = `${scene.home}/config/cloudtolocalllm`;
    await Deno.chown(folder, 65_534, 65_534);
    await scene.paste(command(await scene.finds("folder-owner")));
    assertEquals((await Deno.stat(folder)).uid, 0);
    await scene.isContent();
  },
});

Deno.test("doctor finds that the daemon was killed, and its remedy starts it", async () => {
  await using scene = await DoctorScene.start();
  const left = { url: `http://127.0.0.1:${scene.port}`, token: "planted-token", pid: 4_194_000, version: "0.0.1" };
  await Deno.writeTextFile(`${scene.runtimeDir}/control.json`, JSON.stringify(left), { mode: 0o600 });
  const finding = await scene.finds("daemon-gone");
  assertStringIncludes(finding.what, "(process 4194000) ended without tidying up");
  await scene.paste(command(finding));
  await scene.daemonIsThere();
  await scene.isContent();
  assertMatch((await scene.finds("daemon")).what, /^The daemon runs \(process \d+\) and answers at/);
});

Deno.test("doctor finds a daemon that was killed, tells of the crash, and its remedy starts another", async () => {
  await using scene = await DoctorScene.start();
  await scene.paste("cloudtolocalllm start");
  const pid = await scene.daemonIsThere();
  await scene.isContent();
  Deno.kill(pid, "SIGKILL");
  await inTime("it is gone", gone(pid));
  const finding = await scene.finds("daemon-gone");
  assertMatch((await scene.finds("last-crash")).what, /it was killed, or left no words$/);
  await scene.paste(command(finding));
  await scene.daemonIsThere(pid);
  await scene.isContent();
});

async function gone(pid: number): Promise<void> {
  const isThere = async () => (await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] }).output()).stdout;
  for (let text = await isThere(); text.length > 0 && text[0] !== 0x5a /* Z */; text = await isThere());
}

Deno.test("doctor finds that others can read the daemon's token, and its remedy makes another", async () => {
  await using scene = await DoctorScene.start();
  const file = `${scene.runtimeDir}/control.json`;
  await Deno.mkdir(file);
  await scene.paste(command(await scene.finds("control-unfit")));
  const pid = await scene.daemonIsThere();
  const { token } = JSON.parse(await Deno.readTextFile(file));
  await Deno.chmod(file, 0o644);
  await scene.paste(command(await scene.finds("control-open")));
  await scene.daemonIsThere(pid);
  assert(JSON.parse(await Deno.readTextFile(file)).token !== token);
  await scene.isContent();
});

Deno.test("doctor finds a daemon that commands cannot find, and one that listens elsewhere", async () => {
  await using scene = await DoctorScene.start();
  await scene.paste("cloudtolocalllm run &");
  const pid = await scene.daemonIsThere();
  await Deno.remove(`${scene.runtimeDir}/control.json`);
  const finding = await scene.finds("daemon-unreachable");
  assertStringIncludes(finding.what, `(process ${pid}) has the port`);
  await scene.paste(command(finding));
  const next = await scene.daemonIsThere();
  await scene.isContent();
  await scene.configure({ listen: { port: scene.port + 1 } });
  const moved = await scene.finds("restart-needed");
  await scene.paste(command(moved));
  await scene.daemonIsThere(next);
  assertStringIncludes((await scene.finds("port")).what, `:${scene.port + 1}`);
});

Deno.test("doctor finds that Ollama is not installed, not running, elsewhere and without models", async () => {
  await using scene = await DoctorScene.start();
  const { port } = scene.models;
  await scene.models.stop();
  assertEquals((await scene.finds("ollama-missing")).remedy, "curl -fsSL https://ollama.com/install.sh | sh");
  await scene.addProgram(
    "ollama",
    `[ "$1" = serve ] && [ "$OLLAMA_HOST" = 127.0.0.1:${port} ] && echo > $HOME/served; true`,
  );
  const led = await scene.finds("ollama-host", { OLLAMA_HOST: `127.0.0.1:${scene.port}` });
  assertEquals(led.remedy, (await scene.finds("ollama-off")).remedy);
  await scene.paste(`${command(led)} wait`);
  await Deno.stat(`${scene.home}/served`);
  await scene.models.restart();
  await scene.isContent();
  await using empty = await ModelServer.start({ name: "empty", dialect: "ollama", models: [] });
  await scene.configure({ backends: [{ ...scene.local, url: empty.url }] });
  const nothing = await scene.finds("ollama-empty");
  assertEquals(nothing.remedy, `OLLAMA_HOST=127.0.0.1:${empty.port} ollama pull llama3.2`);
  await empty.stop();
  const OLLAMA_HOST = `127.0.0.1:${port}`;
  const elsewhere = await scene.finds("ollama-elsewhere", { OLLAMA_HOST });
  assertMatch(elsewhere.remedy!, new RegExp(`^Set the url of local to ${scene.models.url} in `));
  await scene.configure({});
  await scene.isContent({ OLLAMA_HOST });
});

Deno.test("doctor finds a token that is missing and one that is refused, and shows neither", async () => {
  await using scene = await DoctorScene.start();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-right-planted" });
  const backend = { id: "cloud", kind: "openai", url: cloud.url, location: "cloud", secret: "cloud" } as const;
  await scene.configure({ backends: [scene.local, backend] });
  const missing = await scene.finds("secret-missing");
  assertEquals(missing.remedy, "cloudtolocalllm secret set cloud --insecure-file");
  await scene.paste(command(missing), { input: "sk-wrong-planted\n" });
  const refused = await scene.finds("backend-token");
  assertEquals(refused.remedy, "cloudtolocalllm secret set cloud");
  assertEquals((await scene.doctor()).text.includes("planted"), false);
  await scene.paste(command(refused), { input: "sk-right-planted\n" });
  await scene.isContent();
  assertEquals((await scene.doctor()).text.includes("planted"), false);
});

Deno.test("doctor finds a connection that does not answer, through the daemon too", async () => {
  await using scene = await DoctorScene.start();
  await using far = await ModelServer.start({ name: "far", dialect: "openai" });
  const backend = { id: "far", kind: "openai", url: far.url, location: "local" } as const;
  await scene.configure({ backends: [scene.local, backend] });
  await scene.paste("cloudtolocalllm run &");
  await scene.daemonIsThere();
  await far.stop();
  const finding = await scene.finds("backend-unreachable");
  assertStringIncludes(finding.what, "The connection far does not work: The server is not running on");
  await far.restart();
  await scene.isContent();
  await scene.configure({ backends: [] });
  await scene.finds("no-backend");
});

Deno.test("doctor finds what starts the daemon twice at login, and what starts a program that is gone", async () => {
  await using scene = await DoctorScene.start();
  const entry = `${scene.home}/config/autostart/cloudtolocalllm.desktop`;
  const unit = `${scene.home}/config/systemd/user/cloudtolocalllm.service`;
  const wants = `${scene.home}/config/systemd/user/graphical-session.target.wants`;
  await Deno.mkdir(`${scene.home}/config/autostart`);
  await Deno.mkdir(wants, { recursive: true });
  const program = `${scene.home}/bin/cloudtolocalllm`;
  await Deno.writeTextFile(entry, `[Desktop Entry]\nType=Application\nExec=${program} run --unless-running\n`);
  await Deno.writeTextFile(unit, `[Service]\nExecStart=${program} run\n`);
  await Deno.symlink(unit, `${wants}/cloudtolocalllm.service`);
  await scene.paste(command(await scene.finds("autostart-twice")));
  await scene.isContent();
  await Deno.remove(`${wants}/cloudtolocalllm.service`);
  await Deno.writeTextFile(entry, `[Desktop Entry]\nType=Application\nExec="${scene.home}/gone app" run\n`);
  const dead = await scene.finds("autostart-dead");
  assertStringIncludes(dead.what, `starts ${scene.home}/gone app at login`);
  await scene.paste(command(dead));
  await scene.isContent();
});

Deno.test("doctor finds the predecessor by its old protocol, and what it has left", async () => {
  await using scene = await DoctorScene.start();
  const folder = `${scene.home}/.cloudtolocalllm`;
  await Deno.mkdir(folder);
  await using old = await program(oldDaemon);
  await Deno.writeTextFile(`${folder}/tray_port`, old.said);
  const entry = `${scene.home}/config/autostart/cloudtolocalllm-tray.desktop`;
  await Deno.mkdir(`${scene.home}/config/autostart`);
  await Deno.writeTextFile(entry, "[Desktop Entry]\nType=Application\nExec=/usr/bin/cloudtolocalllm-tray\n");
  const running = await scene.finds("predecessor-runs");
  assertStringIncludes(running.what, `(process ${old.child.pid}), and answers the app on port ${old.said}`);
  await scene.paste(command(running));
  await old.child.status;
  await scene.paste(command(await scene.finds("predecessor-starts")));
  await scene.paste(command(await scene.finds("port-file-stale")));
  await scene.isContent();
});

/** Answers PING as the predecessor does, which knows no ids. */
const oldDaemon = `
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
for await (const connection of listener) {
  connection.read(new Uint8Array(4096))
    .then(() => connection.write(new TextEncoder().encode('{"status": "pong"}\\n')))
    .catch(() => {});
}`;

Deno.test("doctor finds a proxy that catches this machine, and its remedy leaves this machine out", async () => {
  await using scene = await DoctorScene.start();
  const proxy = { http_proxy: "http://user:planted@proxy.invalid:3128" };
  const finding = await scene.finds("proxy-catches-loopback", proxy);
  assertEquals((await scene.doctor(proxy)).text.includes("planted"), false);
  const shell = new Deno.Command("sh", { args: ["-c", `${command(finding)}; printf %s "$NO_PROXY"`], clearEnv: true });
  const NO_PROXY = new TextDecoder().decode((await shell.output()).stdout);
  await scene.isContent({ ...proxy, NO_PROXY });
});

function busTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn });
}

busTest("doctor finds a bus that does not answer, and where it is instead", async () => {
  await using bus = await PrivateBus.start();
  const XDG_RUNTIME_DIR = bus.address.replace("unix:path=", "").replace(/\/bus$/, "");
  await using scene = await DoctorScene.start({ env: { XDG_RUNTIME_DIR } });
  const finding = await scene.finds("bus-unreachable", { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere/bus" });
  const [, DBUS_SESSION_BUS_ADDRESS] = command(finding).match(/^export DBUS_SESSION_BUS_ADDRESS=(.*)$/)!;
  assertEquals(DBUS_SESSION_BUS_ADDRESS, bus.address);
  await scene.isContent({ DBUS_SESSION_BUS_ADDRESS });
});

busTest("doctor finds that GNOME shows no tray icon, and its remedy enables the extension", async () => {
  await using bus = await PrivateBus.start();
  const session = { DBUS_SESSION_BUS_ADDRESS: bus.address, XDG_CURRENT_DESKTOP: "ubuntu:GNOME", WAYLAND_DISPLAY: "w" };
  await using scene = await DoctorScene.start({ env: session });
  const name = "appindicatorsupport@rgcjonas.gmail.com";
  await Deno.mkdir(`${scene.home}/data/gnome-shell/extensions/${name}`, { recursive: true });
  await scene.addProgram("gnome-extensions", `[ "$1 $2" = "enable ${name}" ] && echo > $HOME/enabled`);
  await scene.paste(command(await scene.finds("tray-gnome")));
  await Deno.stat(`${scene.home}/enabled`);
  const watcher = await FakeWatcher.start(await bus.connect());
  await scene.isContent();
  watcher.stop();
  assertEquals((await scene.finds("tray-no-panel", { XDG_CURRENT_DESKTOP: "sway" })).severity, "warning");
});

Deno.test("main.ts doctor works within the daemon's permissions, and prints the worst first", async () => {
  await using scene = await DoctorScene.start();
  await Deno.chmod(scene.configFile, 0o666);
  await scene.paste(`cloudtolocalllm doctor > $HOME/text; [ $? = 1 ]`);
  const lines = (await Deno.readTextFile(`${scene.home}/text`)).split("\n");
  assertMatch(lines[0], /^FAILED Other users can change .*config\.json \(mode 666\)$/);
  assertEquals(lines[1], `  -> chmod go-w ${scene.configFile}`);
  assertEquals(lines.at(-2), "1 problem, 1 warning");
  assertEquals(lines.filter((line) => line.includes("could not be made")), []);
});

keyringTest("doctor finds that the keyring is locked, and is content when it is not", async () => {
  await using keyring = await KeyringDaemon.start();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-planted" });
  await using scene = await DoctorScene.start({ env: { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address } });
  const backend = { id: "cloud", kind: "openai", url: cloud.url, location: "cloud", secret: "cloud" } as const;
  await scene.configure({ backends: [scene.local, backend] });
  const missing = await scene.finds("secret-missing");
  assertEquals(missing.remedy, "cloudtolocalllm secret set cloud");
  await scene.paste(command(missing), { input: "sk-planted\n" });
  await scene.isContent();
  await keyring.lock();
  const locked = await scene.finds("keyring-locked");
  assertEquals([locked.severity, locked.isCommand], ["warning", false]);
  await keyring.unlock();
  await scene.isContent();
});
