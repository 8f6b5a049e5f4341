import { longestPauseMs, routeModes } from "../../core/types.ts";
import { BusError, type ExportedInterface, type ExportedMethod, type Value } from "../../dbus/types.ts";
import type { ConnectionTest } from "../../state/connection_report.ts";
import { activationTokenOf } from "../activation_token.ts";
import type { DesktopContext } from "../context.ts";
import type { PerformAction } from "../actions/perform_action.ts";

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
    SetMode: later([["mode", "s"]], async ([word]) => {
      const mode = routeModes.find((known) => known === word);
      if (mode === undefined) throw invalid(`A mode is one of ${routeModes.join(", ")}`);
      await commands.setMode(mode);
    }),
    TestBackend: testMethod({ context, signal }),
    // Not waited for: what opens it may ask the user something first.
    OpenSettings: method([["activation_token", "s"]], ([token]) => {
      void perform({ do: "open_settings" }, { activationToken: activationTokenOf(token) });
    }),
    PauseCloud: later([["seconds", "u"]], async ([seconds]) => {
      const forMs = Number(seconds) * 1000;
      if (forMs > longestPauseMs) throw invalid(tooLongPause);
      await commands.pauseCloud(forMs === 0 ? undefined : forMs);
    }),
    ResumeCloud: later([], () => commands.resumeCloud()),
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

/** A method without results, answered at once. */
function method(args: ExportedMethod["in"], run: (values: readonly Value[]) => void): ExportedMethod {
  return {
    in: args,
    out: [],
    call(values) {
      run(values);
      return [];
    },
  };
}

/** A method without results, answered when it is done. */
function later(args: ExportedMethod["in"], run: (values: readonly Value[]) => Promise<void>): ExportedMethod {
  return {
    in: args,
    out: [],
    answersLater: true,
    async call(values) {
      await run(values);
      return [];
    },
  };
}

/** One test of a backend at a time: who asks for it meanwhile gets its result. */
function testMethod({ context, signal }: Pick<MethodParts, "context" | "signal">): ExportedMethod {
  const running = new Map<string, Promise<ConnectionTest | undefined>>();
  const start = (id: string) => {
    const test = context.commands.testBackend(id, signal).finally(() => running.delete(id));
    running.set(id, test);
    return test;
  };
  return {
    in: [["id", "s"]],
    out: [["ok", "b"], ["words", "s"]],
    answersLater: true,
    async call([value]) {
      const id = String(value);
      const result = await (running.get(id) ?? start(id));
      if (!result) throw invalid(unknownBackend(context));
      return [result.ok, testWords(result)];
    },
  };
}

function invalid(message: string): BusError {
  return new BusError("org.freedesktop.DBus.Error.InvalidArgs", message);
}

const tooLongPause = `A pause lasts ${longestPauseMs / 1000} seconds (a day) at most; 0 lasts until it is ended`;

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
  const activationToken = activationTokenOf((platform as Record<string, Value | undefined>)["activation-token"]);
  return activationToken === undefined ? {} : { activationToken };
}
