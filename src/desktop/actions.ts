import { resolve } from "@std/path/posix/resolve";
import { secretVariable } from "../config/secrets_env.ts";
import { messageOf } from "../core/errors.ts";
import type { Bus } from "../dbus/types.ts";
import type { Commands } from "../state/commands.ts";
import { Autostart, type LoginStart } from "./autostart.ts";
import type { DesktopContext } from "./context.ts";
import type { PerformAction } from "./perform_action.ts";
import type { TrayAction } from "./tray_model_types.ts";

export interface ActionParts {
  /** The session's bus, as long as there is one. */
  link: { readonly bus: Bus | undefined };
  /** Default: the autostart file. */
  loginStart?: LoginStart;
  /** Default: a process of GTK, for as long as the daemon runs. */
  copyWithGtk?: (text: string) => Promise<void>;
  /** For programs that are started, beside our own environment. */
  childEnv?: Record<string, string>;
  /** Ends what still runs. */
  signal?: AbortSignal;
}

const website = "https://cloudtolocalllm.online";

interface Work {
  context: DesktopContext;
  parts: ActionParts & { loginStart: LoginStart };
  activationToken?: string;
}

type Handlers = { [Do in TrayAction["do"]]: (action: Extract<TrayAction, { do: Do }>, work: Work) => Promise<void> };

/** What each action does; each rejects with the reason, in words for the user, when it cannot. */
const handlers: Handlers = {
  set_mode: ({ mode }, { context }) => context.commands.setMode(mode),
  test_backend: ({ backend }, work) => testBackend(backend, work),
  enable_backend: ({ backend, enabled }, { context }) => context.commands.enableBackend(backend, enabled),
  pause_cloud: ({ forMs }, { context }) => context.commands.pauseCloud(forMs),
  resume_cloud: (_action, { context }) => context.commands.resumeCloud(),
  open_settings: async (_action, work) => await open(await settingsTarget(work.context.commands), work),
  async open_logs(_action, work) {
    const { writeRecentLog } = await import("./recent_log_file.ts");
    await open(await writeRecentLog(work.context), work);
  },
  open_website: (_action, work) => open(website, work),
  async copy_address(_action, { context, parts }) {
    const { copyText } = await import("./copy_text.ts");
    const { env, clock, log, address } = context;
    const { link: { bus }, copyWithGtk = gtkClipboard(context) } = parts;
    const childEnv = childEnvOf({ context, parts });
    await copyText(address, { bus, env, clock, log, childEnv, copyWithGtk });
  },
  start_at_login: ({ enabled }, { parts }) => parts.loginStart.set(enabled),
  // deno-lint-ignore require-await -- a throw is a rejection
  app: async ({ command }, { context }) => context.log.debug("No app is connected to be told", { command }),
  // deno-lint-ignore require-await -- a throw is a rejection
  quit: async (_action, { context }) => context.commands.quit(),
};

/** What the user is told when it fails. */
const failures: Record<TrayAction["do"], string> = {
  set_mode: "Cannot change the mode",
  test_backend: "Cannot test the backend",
  enable_backend: "Cannot switch the backend",
  pause_cloud: "Cannot pause the cloud",
  resume_cloud: "Cannot end the pause of the cloud",
  open_settings: "Cannot open the settings",
  open_logs: "Cannot open the log",
  open_website: "Cannot open the website",
  copy_address: "Cannot copy the address",
  start_at_login: "Cannot change the start at login",
  app: "Cannot reach the app",
  quit: "Cannot quit",
};

/** Carries out what the user chose in the tray, a notification or over the bus. */
export function createActions(context: DesktopContext, parts: ActionParts): PerformAction {
  const { loginStart = new Autostart({ env: context.env }) } = parts;
  return async (action, { activationToken }) => {
    try {
      const handle = handlers[action.do] as (action: TrayAction, work: Work) => Promise<void>;
      await handle(action, { context, parts: { ...parts, loginStart }, activationToken });
    } catch (error) {
      await report(failures[action.do], messageOf(error), { context, bus: parts.link.bus });
    }
  };
}

/** Where the settings are: the configuration file, until there is a page for them, whose link then goes here. */
async function settingsTarget(commands: Commands): Promise<string> {
  return resolve(await commands.provideConfigFile());
}

async function open(target: string, { context, parts, activationToken }: Work): Promise<void> {
  const { openWithDesktop } = await import("./open_with_desktop.ts");
  const { clock, log } = context;
  const { link: { bus } } = parts;
  const childEnv = childEnvOf({ context, parts });
  await openWithDesktop(target, { bus, clock, log, activationToken, childEnv });
}

/** Tokens of backends are none of an editor's business: what is started gets their variables empty. */
function childEnvOf({ context, parts }: Pick<Work, "context" | "parts">): Record<string, string> {
  const { backends, listen } = context.config();
  const names = [listen.clientKey, ...backends.map(({ secret }) => secret)].filter((name) => name !== null);
  return { ...Object.fromEntries(names.map((name) => [secretVariable(name), ""])), ...parts.childEnv };
}

function gtkClipboard(context: DesktopContext): (text: string) => Promise<void> {
  return async (text) => {
    const { copyWithGtk } = await import("./gtk_clipboard.ts");
    await copyWithGtk(text, { context });
  };
}

/** The tray shows what it changed; the log says it in words. */
async function testBackend(backend: string, { context, parts }: Work): Promise<void> {
  const { signal = new AbortController().signal } = parts;
  const result = await context.commands.testBackend(backend, signal);
  if (!result) throw new Error(`No backend is called "${backend.slice(0, 64)}"`);
  const failed = result.steps.find(({ ok }) => !ok);
  if (!failed) return context.log.info("The connection test passed", { backend });
  const { name: step, detail, advice } = failed;
  context.log.warn("The connection test failed", { backend, step, detail, advice });
}

/** A warning in the log, and a notification where there is a server for them and the user wants any. */
async function report(
  summary: string,
  reason: string,
  { context, bus }: { context: DesktopContext; bus: Bus | undefined },
): Promise<void> {
  context.log.warn(summary, { reason });
  if (!bus || !context.config().desktop.notifications) return;
  try {
    const { tell } = await import("./tell.ts");
    await tell(bus, summary, reason);
  } catch (error) {
    context.log.debug("Cannot tell it by a notification", { error: messageOf(error) });
  }
}
