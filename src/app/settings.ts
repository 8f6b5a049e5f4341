import type { ConfigStore } from "../config/config_store.ts";
import { messageOf, RequestError } from "../core/errors.ts";
import { listModels } from "../broker/models.ts";
import { type HttpContext, youngListMs } from "../http/context.ts";
import { createHandler } from "../http/server.ts";
import type { SettingsContext } from "../settings/context.ts";
import type { Commands } from "../state/commands.ts";
import type { LoginStart } from "../state/login_start.ts";
import type { StatusReport } from "../state/status.ts";
import type { SettingsPage } from "../state/settings_visit.ts";
import type { Broker } from "./broker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import type { Requests } from "./usage.ts";

export interface SettingsParts {
  ground: Ground;
  configStore: ConfigStore;
  broker: Broker;
  commands: Commands;
  requests: Requests;
  loginStart: LoginStart;
  context: () => HttpContext;
  /** ms since 1970. */
  startedAt: number;
}

const part = "settings page";
/** The runtime remembers a file that it did not find: looking again does not help (Deno 2.9). */
const replacedWords = "the program was replaced or removed while it ran: restart the daemon";

/** The settings page, loaded when somebody comes through the door for the first time. */
export function lazySettings(options: DaemonOptions, parts: SettingsParts): SettingsPage {
  let page: Promise<SettingsPage> | undefined;
  const load = async () => {
    const { createSettingsPage } = await import("../settings/page.tsx");
    const { traySentence } = await import("../desktop/tray/tray_sentence.ts");
    return createSettingsPage(settingsContext(options, { ...parts, traySentence }));
  };
  const { reportPart } = parts.broker;
  reportPart(part, { state: "off" });
  return async (request, visit) => {
    page ??= load().catch((error) => {
      page = undefined;
      throw new Error(`${messageOf(error)}; ${replacedWords}`, { cause: error });
    });
    try {
      const answer = await (await page)(request, visit);
      reportPart(part, { state: "running" });
      return answer;
    } catch (error) {
      if (!(error instanceof RequestError)) reportPart(part, { state: "failed", reason: messageOf(error) });
      throw error;
    }
  };
}

/** The same words as in the tray. */
type Sentence = (report: StatusReport, now: number) => string;

function settingsContext(
  options: DaemonOptions,
  parts: SettingsParts & { traySentence: Sentence },
): SettingsContext {
  const { ground: { clock, log, recentLog, redaction }, configStore, broker, commands } = parts;
  const http = parts.context();
  const handler = createHandler(http);
  return {
    status: http.status,
    store: broker.store,
    config: () => configStore.config,
    configFile: configStore,
    commands,
    secrets: http.secretCommands,
    usage: parts.requests.usage,
    running: parts.requests.running,
    findServers: async () => (await import("../health/find_servers.ts")).findServers(),
    async models() {
      await broker.monitor.refreshModels(youngListMs);
      const { backends, mode, privacy } = broker.store.state;
      return listModels(backends, { mode, privacy, now: clock.monotonic() });
    },
    modelsChanged: (id) => broker.monitor.modelsChanged(id),
    ask(path, { headers, ...init }) {
      const asOurs = new Headers(headers);
      asOurs.set("authorization", `Bearer ${http.controlToken}`);
      asOurs.set("host", new URL(http.status().listen).host);
      return Promise.resolve(handler(new Request(new URL(path, http.status().listen), { ...init, headers: asOurs })));
    },
    recentLog,
    redact: redaction.redact,
    clock,
    log,
    version: options.version,
    startedAt: parts.startedAt,
    sentence: () => parts.traySentence(http.status(), clock.now()),
    paths: options.paths,
    env: options.env,
    loginStart: parts.loginStart,
    stopping: http.stopping,
  };
}
