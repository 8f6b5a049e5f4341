import { readConfigFile } from "../config/config_file.ts";
import type { Paths } from "../config/paths.ts";
import type { BackendConfig } from "../config/schema.ts";
import { secretUses } from "../config/secret_uses.ts";
import type { Clock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { Redaction } from "../core/redaction.ts";
import { version } from "../core/version.ts";
import type { CrashSight, DoctorContext, OwnCommands, SecretsSight } from "../doctor/check.ts";
import { checks } from "../doctor/checks.ts";
import { type DaemonSight, seeDaemon } from "../doctor/daemon_sight.ts";
import { seeLoginEntries } from "../doctor/login_entries.ts";
import { seePort } from "../doctor/port_sight.ts";
import { type DoctorReport, runChecks } from "../doctor/run_checks.ts";
import { runTool } from "../doctor/run_tool.ts";
import { findServers, type Place } from "../health/find_servers.ts";
import { findPredecessor } from "../migration/predecessor_traces.ts";
import { toolRunner } from "../migration/run_tool.ts";
import { secretFile } from "../secrets/secret_file.ts";
import type { ConnectionTest } from "../state/connection_report.ts";

export interface DoctorOptions {
  env: (name: string) => string | undefined;
  paths: Paths;
  clock: Clock;
  commands: OwnCommands;
  /** What the system's tools get beside our own environment. Default: nothing. */
  toolEnv?: Readonly<Record<string, string>>;
}

/** How long a test through the daemon may take, in ms; it bounds its own steps. */
const testWithinMs = 24_000;

/** Looks for what is wrong on this machine, with a daemon and without. Never rejects. */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  await using alone = new SecretsOfOurOwn(options);
  return await runChecks(checks, createContext(options, alone));
}

function createContext(options: DoctorOptions, alone: SecretsOfOurOwn): DoctorContext {
  const { env, paths, clock, commands, toolEnv } = options;
  const run = runTool(toolEnv);
  const config = once(() => readConfigFile(paths.configFile));
  const daemon = once(() => seeDaemon(paths.controlFile));
  return {
    env,
    paths,
    clock,
    commands,
    version,
    denoVersion: Deno.version.deno,
    run,
    config,
    daemon,
    uid: once(async () => {
      const { code, stdout } = await run("id", ["-u"]);
      return code === 0 ? Number(stdout) : undefined;
    }),
    port: once(async () => {
      const { result } = await config();
      return result.ok ? await seePort(result.config.listen, { run }) : { kind: "free" };
    }),
    findServers: (extra) => findServers({ at: placesOf(extra) }),
    testBackend: async (backend) => await testBackend(await daemon(), backend, alone),
    secrets: once(async () => await seeSecrets(await daemon(), alone)),
    bus: once(async () => {
      const { seeSessionBus } = await import("../desktop/session/see_session_bus.ts");
      return await seeSessionBus({ env, clock });
    }),
    loginEntries: () => seeLoginEntries(env),
    lastCrash: () => seeCrash(paths, clock),
    predecessor: () => findPredecessor(env, toolRunner({ env: toolEnv }), { clock }),
  };
}

async function seeCrash(paths: Paths, clock: Clock): Promise<CrashSight | undefined> {
  const { readCrashReport } = await import("../service/crash/crash_report.ts");
  const report = await readCrashReport(paths, clock.now());
  if (report === undefined) return undefined;
  const { last: { lastAliveAt: at, error, isWithMachine }, inLastDay } = report;
  return { at, error, isWithMachine, inLastDay };
}

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let seen: Promise<T> | undefined;
  return () => seen ??= look();
}

/** Ollama where connections and OLLAMA_HOST look for it, and where it usually is. */
function placesOf(urls: readonly string[]): Place[] {
  const all = new Set([...urls, "http://127.0.0.1:11434"].map((url) => url.replace(/\/+$/, "")));
  return [...all].map((url) => ({ name: "Ollama", kind: "ollama", url, list: "/api/tags" }));
}

/** A daemon has the tokens; one that runs without this backend, or does not answer, is passed over. */
async function testBackend(
  daemon: DaemonSight,
  config: BackendConfig,
  alone: SecretsOfOurOwn,
): Promise<ConnectionTest> {
  if (daemon.kind === "runs" && daemon.status.backends.some(({ id, url }) => id === config.id && url === config.url)) {
    const path = `backends/${encodeURIComponent(config.id)}/test`;
    return await daemon.control(path, { method: "POST", withinMs: testWithinMs }) as ConnectionTest;
  }
  return await alone.test(config);
}

async function seeSecrets(daemon: DaemonSight, alone: SecretsOfOurOwn): Promise<SecretsSight> {
  if (daemon.kind === "runs") return await daemon.control("secrets", { withinMs: testWithinMs }) as SecretsSight;
  return await alone.see();
}

/** The homes of secrets without a daemon, opened when they are needed. */
class SecretsOfOurOwn implements AsyncDisposable {
  readonly #options: DoctorOptions;
  readonly #open: () => Promise<Awaited<ReturnType<typeof openSecrets>>>;
  #isOpen = false;

  constructor(options: DoctorOptions) {
    this.#options = options;
    this.#open = once(() => {
      this.#isOpen = true;
      return openSecrets(options);
    });
  }

  async see(): Promise<SecretsSight> {
    const { commands } = await this.#open();
    const [keyring, secrets] = await Promise.all([commands.keyring(), commands.list()]);
    return { keyring, secrets, file: commands.file };
  }

  async test(config: BackendConfig): Promise<ConnectionTest> {
    const { keeper, redaction } = await this.#open();
    const { testUnsaved } = await import("./test_unsaved.ts");
    const ground = { clock: this.#options.clock, secrets: keeper, redaction };
    return await testUnsaved(config, { ground, signal: new AbortController().signal, onStep() {} });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOpen) await (await this.#open()).keeper[Symbol.asyncDispose]();
  }
}

async function openSecrets({ env, paths, clock }: DoctorOptions) {
  const { SecretKeeper } = await import("../secrets/secret_keeper.ts");
  const { openSecretHomes } = await import("../secrets/secret_homes.ts");
  const { createSecretCommands } = await import("../secrets/secret_commands.ts");
  const redaction = new Redaction();
  const homes = openSecretHomes({ env, clock, file: secretFile(paths.stateDir) });
  const openHomes = () => Promise.resolve(homes);
  const onRead = (value: string) => redaction.add(value);
  const keeper = new SecretKeeper({ env, clock, log: silentLog, onRead, openHomes });
  const { result } = await readConfigFile(paths.configFile);
  await keeper.follow(result.ok ? secretUses(result.config) : []);
  return { keeper, redaction, commands: createSecretCommands({ keeper, homes, env }) };
}
