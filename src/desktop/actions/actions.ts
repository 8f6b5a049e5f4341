import { resolve } from "@std/path/posix/resolve";
import { messageOf } from "../../core/errors.ts";
import type { Bus } from "../../dbus/types.ts";
import { activationTokenOf } from "../activation_token.ts";
import { BackendTests } from "./backend_tests.ts";
import type { LoginStart } from "../../state/login_start.ts";
import type { DesktopContext } from "../context.ts";
import { Failures } from "./failures.ts";
import { Mute } from "../notifications/mute.ts";
import { OneAtATime } from "./one_at_a_time.ts";
import type { PerformAction } from "./perform_action.ts";
import { Places } from "./places.ts";
import type { TrayAction } from "../tray/tray_model_types.ts";

export interface ActionParts {
  /** The session's bus, as long as there is one. */
  link: { readonly bus: Bus | undefined };
  /** Default: the autostart file. */
  loginStart?: LoginStart;
  /** Default: one that nobody asks. */
  mute?: Mute;
  /** Default: a process of GTK, for as long as the daemon runs. */
  copyWithGtk?: (text: string) => Promise<void>;
  /** For programs that are started, beside our own environment. */
  childEnv?: Record<string, string>;
  /** Ends what still runs. */
  signal?: AbortSignal;
}

/** A double click, or a program that calls all the time, opens a thing once. */
const apartMs = 1_000;
const maxActions = 32;
/** What opens something stays as long as its window does, where the desktop has no service for that. */
const maxPrograms = 8;

const website = "https://cloudtolocalllm.online";

interface Work {
  context: DesktopContext;
  parts: ActionParts & { loginStart: LoginStart; mute: Mute };
  tests: BackendTests;
  places: Places;
  activationToken?: string;
}

type Handlers = { [Do in TrayAction["do"]]: (action: Extract<TrayAction, { do: Do }>, work: Work) => Promise<void> };

/** What each action does; each rejects with the reason, in words for the user, when it cannot. */
const handlers: Handlers = {
  set_mode: ({ mode }, { context }) => context.commands.setMode(mode),
  test_backend: ({ backend }, { tests }) => tests.run([backend]),
  test_backends: ({ backends }, { tests }) => tests.run(backends),
  enable_backend: ({ backend, enabled }, { context }) => context.commands.enableBackend(backend, enabled),
  pause_cloud: ({ forMs }, { context }) => context.commands.pauseCloud(forMs),
  resume_cloud: (_action, { context }) => context.commands.resumeCloud(),
  open_settings: (_action, work) => open(work.context.settingsLink(), work),
  open_config_file: async (_action, work) => await open(resolve(await work.context.commands.provideConfigFile()), work),
  async open_logs(_action, work) {
    const { writeRecentLog } = await import("./recent_log_file.ts");
    await open(await writeRecentLog(work.context), work);
  },
  open_website: (_action, work) => open(website, work),
  copy_address: (_action, work) => copy(work.context.address, work),
  copy_model: ({ model }, work) => copy(model, work),
  // deno-lint-ignore require-await -- a throw is a rejection
  mute: async (_action, { parts: { mute } }) => mute.forAnHour(),
  // deno-lint-ignore require-await -- a throw is a rejection
  unmute: async (_action, { parts: { mute } }) => mute.end(),
  start_at_login: ({ enabled }, { parts }) => parts.loginStart.set(enabled),
  app: ({ command }, { context }) => context.commands.tellApp(command),
  launch_app: (_action, { context }) => context.commands.launchApp(),
  // deno-lint-ignore require-await -- a throw is a rejection
  quit: async (_action, { context }) => context.commands.quit(),
};

/** What the user is told when it fails. */
const failures: Record<TrayAction["do"], string> = {
  set_mode: "Cannot change the mode",
  test_backend: "Cannot test the backend",
  test_backends: "Cannot test the backends",
  enable_backend: "Cannot switch the backend",
  pause_cloud: "Cannot pause the cloud",
  resume_cloud: "Cannot end the pause of the cloud",
  open_settings: "Cannot open the settings",
  open_config_file: "Cannot open the configuration file",
  open_logs: "Cannot open the log",
  open_website: "Cannot open the website",
  copy_address: "Cannot copy the address",
  copy_model: "Cannot copy the name of the model",
  mute: "Cannot mute the notifications",
  unmute: "Cannot end that notifications are muted",
  start_at_login: "Cannot change the start at login",
  app: "Cannot reach the app",
  launch_app: "Cannot launch the app",
  quit: "Cannot quit",
};

/** What opens or looks at something; the others change something. */
const looking: ReadonlySet<TrayAction["do"]> = new Set([
  "test_backend",
  "test_backends",
  "open_settings",
  "open_config_file",
  "open_logs",
  "open_website",
  "copy_address",
  "copy_model",
  "app",
  "launch_app",
]);

/**
 * Carries out what the user chose in the tray, a notification or over the bus. Each of these may call without end, so
 * what runs already is not begun again, and the promise of all who want it is the same.
 */
export function createActions(context: DesktopContext, parts: ActionParts): PerformAction {
  const { loginStart = context.loginStart, mute = new Mute(context) } = parts;
  const failed = new Failures({ context, link: parts.link });
  const work = {
    context,
    parts: { ...parts, loginStart, mute },
    tests: new BackendTests({ context, ...parts }),
    places: new Places(maxPrograms),
  };
  const running = new OneAtATime({ clock: context.clock, apartMs, max: maxActions });
  const carryOut = async (action: TrayAction, given?: string) => {
    try {
      const handle = handlers[action.do] as (action: TrayAction, work: Work) => Promise<void>;
      await handle(action, { ...work, activationToken: activationTokenOf(given) });
    } catch (error) {
      await failed.tell(failures[action.do], messageOf(error));
    }
  };
  return (action, { activationToken }) => {
    const start = () => carryOut(action, activationToken);
    // Nothing keeps the daemon from ending.
    if (action.do === "quit") return start();
    const key = JSON.stringify(action);
    const result = looking.has(action.do) ? running.once(key, start) : running.inOrder(key, start);
    return result ?? failed.tell(failures[action.do], `${maxActions} other actions are under way`);
  };
}

async function open(target: string, { context, parts, places, activationToken }: Work): Promise<void> {
  const { openWithDesktop } = await import("./open_with_desktop.ts");
  const { clock, log } = context;
  const { link: { bus } } = parts;
  const childEnv = { ...context.childEnv(), ...parts.childEnv };
  await openWithDesktop(target, { bus, clock, log, activationToken, childEnv, places });
}

async function copy(text: string, { context, parts }: Work): Promise<void> {
  const { copyText } = await import("./copy_text.ts");
  const { env, clock, log } = context;
  const { link: { bus }, copyWithGtk = gtkClipboard(context) } = parts;
  const childEnv = { ...context.childEnv(), ...parts.childEnv };
  await copyText(text, { bus, env, clock, log, childEnv, copyWithGtk });
}

function gtkClipboard(context: DesktopContext): (text: string) => Promise<void> {
  return async (text) => {
    const { copyWithGtk } = await import("./gtk_clipboard.ts");
    await copyWithGtk(text, { context });
  };
}
