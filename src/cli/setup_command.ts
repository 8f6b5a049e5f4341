import type { SetupMachine } from "../app/setup.ts";
import { resolvePaths } from "../config/paths.ts";
import type { Config } from "../config/schema.ts";
import { messageOf } from "../core/errors.ts";
import { localAddress } from "../core/loopback.ts";
import type { FoundServer } from "../state/found_server.ts";
import { type Appearance, appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { ExitCode, type Io } from "./io.ts";
import { keepCloud } from "./keep_cloud.ts";
import { Questions } from "./questions.ts";
import { addBackend, askForCloud } from "./setup_cloud.ts";
import { snippetsText } from "./snippets_text.ts";
import { startInBackground } from "./start_command.ts";
import { terminalLine } from "./terminal_text.ts";

/** The machine that is set up; the default is the real one. */
export interface SetupParts {
  machine?: Partial<SetupMachine>;
  /** Starts the daemon and says so; rejects when it does not answer in the end. */
  startDaemon?: (io: Io) => Promise<void>;
}

interface Setup {
  io: Io;
  look: Appearance;
  machine: SetupMachine;
  startDaemon: (io: Io) => Promise<void>;
  /** `undefined`: nothing is asked. */
  questions: Questions | undefined;
  /** Whether defaults are agreed to where nothing is asked. */
  agreesToAll: boolean;
}

/** `setup`: a first run in the terminal, which may be repeated. What is to be copied goes to standard output. */
export async function setupCommand({ io, invocation }: CommandContext, parts: SetupParts = {}): Promise<ExitCode> {
  const { setupMachine } = await import("../app/setup.ts");
  const { env, clock } = io;
  const machine = { ...setupMachine({ env, clock, paths: resolvePaths(env) }), ...parts.machine };
  const { startDaemon = startInBackground } = parts;
  const agreesToAll = invocation.switches.has("yes");
  const look = appearanceOf(io, "stderr");
  const config = await machine.config();
  if (!invocation.switches.has("clients")) {
    const questions = io.isTerminal.stdin && !agreesToAll ? new Questions(io) : undefined;
    if (!questions && !agreesToAll) {
      io.err("Standard input is no terminal, so nothing is asked; to agree to every default, use --yes\n");
    }
    await setUp({ io, look, machine, startDaemon, questions, agreesToAll }, config);
  }
  await showClients(io, machine, config);
  return ExitCode.done;
}

async function setUp(setup: Setup, config: Config): Promise<void> {
  await localServers(setup, config);
  await cloud(setup, await setup.machine.config());
  await loginStart(setup);
  await daemon(setup);
}

/** A server that is found is offered where no connection has its address. */
async function localServers({ io, look, machine, questions }: Setup, { backends }: Config): Promise<void> {
  const found = await machine.findServers();
  for (const server of found) {
    io.err(`${look.good(look.pass)} ${terminalLine(server.name)} answers at ${server.url}${modelsOf(server)}\n`);
    const isThere = backends.some(({ url, enabled }) => enabled && url.replace(/\/+$/, "") === server.url);
    if (isThere || !await questions?.agrees(`Use ${server.name}?`, { usual: true })) continue;
    const id = machine.freeId(server.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), backends.map(({ id }) => id));
    const { kind, url } = server;
    await machine.changeConfig((draft) =>
      addBackend({ ...backends[0], id, kind, url, location: "local", secret: null })(draft)
    );
  }
  if (!found.some(({ kind }) => kind === "ollama")) {
    const where = "https://ollama.com/download; once it runs it is used by itself";
    io.err(`${look.warning("!")} Ollama does not answer on this machine; it is at ${where}\n`);
  }
}

function modelsOf({ models }: FoundServer): string {
  if (models === null) return "";
  return models === 0
    ? " and has no model yet: ollama pull llama3.2"
    : ` with ${models} model${models === 1 ? "" : "s"}`;
}

async function cloud({ io, look, machine, questions }: Setup, { backends }: Config): Promise<void> {
  const there = backends.find(({ location, enabled }) => location === "cloud" && enabled);
  if (there) {
    io.err(`${look.good(look.pass)} The cloud connection ${there.id} is set up (${there.url})\n`);
    return;
  }
  if (!questions) return;
  const chosen = await askForCloud({ io, look, questions, machine }, backends);
  if (!chosen) return;
  if (await keepCloud(io, chosen, { questions, machine })) {
    io.err(`${look.good(look.pass)} The cloud connection ${chosen.config.id} is set up\n`);
  } else io.err("Nothing was kept of the cloud connection\n");
}

async function loginStart(setup: Setup): Promise<void> {
  const { io, look, machine } = setup;
  if (await machine.loginStart.isEnabled()) {
    io.err(`${look.good(look.pass)} The daemon starts when you log in\n`);
    return;
  }
  if (!await agrees(setup, "Start the daemon when you log in?")) return;
  try {
    await machine.loginStart.set(true);
    io.err(`${look.good(look.pass)} The daemon starts when you log in\n`);
  } catch (error) {
    io.err(`${look.bad(look.fail)} ${terminalLine(messageOf(error))}\n`);
  }
}

async function daemon(setup: Setup): Promise<void> {
  const { io, look, machine, startDaemon } = setup;
  const address = await machine.daemonAddress();
  if (address !== undefined) io.err(`${look.good(look.pass)} The daemon answers at ${address}\n`);
  else if (await agrees(setup, "Start the daemon now?")) await startDaemon(io);
}

async function agrees({ questions, agreesToAll }: Setup, question: string): Promise<boolean> {
  return questions ? await questions.agrees(question, { usual: true }) : agreesToAll;
}

async function showClients(io: Io, machine: SetupMachine, { listen }: Config): Promise<void> {
  const host = localAddress(listen.host);
  const usual = `http://${host.includes(":") ? `[${host}]` : host}:${listen.port}`;
  const address = await machine.daemonAddress() ?? usual;
  const snippets = machine.clientSnippets({ address, needsKey: listen.clientKey !== null });
  io.out(`\nPrograms reach every model at ${address} (OpenAI clients: ${address}/v1)\n\n`);
  io.out(snippetsText(snippets, appearanceOf(io)));
}
