import { routeModes } from "../core/types.ts";
import { messageOf } from "../core/errors.ts";
import { BusError, type ExportedInterface, type ExportedMethod, type Value } from "../dbus/types.ts";
import type { ConnectionTest } from "../state/connection_report.ts";
import type { DesktopContext } from "./context.ts";
import type { PerformAction } from "./perform_action.ts";

export interface MethodParts {
  context: DesktopContext;
  perform: PerformAction;
  /** Ends what a method still does. */
  signal: AbortSignal;
}

/** Methods of `online.cloudtolocalllm.Daemon1`. */
export function daemonMethods({ context, perform, signal }: MethodParts): Record<string, ExportedMethod> {
  const { commands } = context;
  return {
    SetMode: method([["mode", "s"]], async ([word]) => {
      const mode = routeModes.find((known) => known === word);
      if (mode === undefined) throw invalid(`A mode is one of ${routeModes.join(", ")}`);
      await commands.setMode(mode);
    }),
    TestBackend: {
      in: [["id", "s"]],
      out: [["ok", "b"], ["words", "s"]],
      async call([id]) {
        const result = await failing(() => commands.testBackend(String(id), signal));
        if (!result) throw invalid(unknownBackend(context));
        return [result.ok, testWords(result)];
      },
    },
    // Not waited for: what opens it may ask the user something first.
    OpenSettings: method([["activation_token", "s"]], ([token]) => {
      void perform({ do: "open_settings" }, { activationToken: String(token) || undefined });
    }),
    PauseCloud: method([["seconds", "u"]], ([seconds]) => {
      return commands.pauseCloud(seconds === 0 ? undefined : Number(seconds) * 1000);
    }),
    ResumeCloud: method([], () => commands.resumeCloud()),
    Quit: method([], () => void perform({ do: "quit" }, {})),
  };
}

/**
 * `org.freedesktop.Application`, by which desktops start and talk to an application whose desktop entry says
 * `DBusActivatable=true` (Desktop Entry Specification, "D-Bus Activation").
 */
export function applicationInterface({ perform }: Pick<MethodParts, "perform">): ExportedInterface {
  const openSettings = (platform: Value) => void perform({ do: "open_settings" }, tokenOf(platform));
  return {
    name: "org.freedesktop.Application",
    methods: {
      Activate: method([["platform_data", "a{sv}"]], ([platform]) => openSettings(platform)),
      // There is nothing that it could open: its window is the answer to whatever was meant.
      Open: method([["uris", "as"], ["platform_data", "a{sv}"]], ([, platform]) => openSettings(platform)),
      ActivateAction: method(
        [["action_name", "s"], ["parameter", "av"], ["platform_data", "a{sv}"]],
        ([action, , platform]) => {
          if (action === "settings") return openSettings(platform);
          if (action === "quit") return void perform({ do: "quit" }, {});
          throw invalid("An action is one of settings, quit");
        },
      ),
    },
  };
}

/** A method without results. What it throws that is no {@linkcode BusError} becomes one. */
function method(
  args: ExportedMethod["in"],
  run: (values: readonly Value[]) => void | Promise<void>,
): ExportedMethod {
  return {
    in: args,
    out: [],
    async call(values) {
      await failing(() => run(values));
      return [];
    },
  };
}

async function failing<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BusError) throw error;
    throw new BusError("org.freedesktop.DBus.Error.Failed", messageOf(error), { cause: error });
  }
}

function invalid(message: string): BusError {
  return new BusError("org.freedesktop.DBus.Error.InvalidArgs", message);
}

function unknownBackend({ config }: DesktopContext): string {
  const ids = config().backends.map(({ id }) => id);
  return ids.length === 0 ? "No backend is set up" : `A backend is one of ${ids.join(", ")}`;
}

/** Why it failed and what to do; else what the last step found. */
function testWords({ steps }: ConnectionTest): string {
  const step = steps.find(({ ok }) => !ok) ?? steps.at(-1);
  if (!step) return "Nothing was tested";
  return step.advice ? `${step.detail}. ${step.advice}` : step.detail;
}

function tokenOf(platform: Value): { activationToken?: string } {
  const token = (platform as Record<string, Value | undefined>)["activation-token"];
  return typeof token === "string" && token !== "" ? { activationToken: token } : {};
}
