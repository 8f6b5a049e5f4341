import { type AppIcon, appIcons, type AppReported, type AppSeen } from "../state/app_link.ts";

/** What one client has said of itself. */
export type AppFacts = Partial<Pick<AppSeen, "authenticated" | "tooltip" | "icon" | "reported">>;

/** Of a text that is shown. */
const longestText = 300;

type Fields = Readonly<Record<string, unknown>>;

/** `UPDATE_TOOLTIP {text}`. All of these throw words for the app. */
export function tooltipOf({ text }: Fields): AppFacts {
  if (typeof text !== "string") throw new Error('Cannot take the tooltip: "text" must be a string');
  return { tooltip: shortened(text) || null };
}

/** `UPDATE_ICON {state}`. */
export function iconOf({ state }: Fields): AppFacts {
  if (!appIcons.includes(state as AppIcon)) {
    throw new Error(`Cannot take the icon: "state" must be one of ${appIcons.join(", ")}`);
  }
  return { icon: state as AppIcon };
}

/** `AUTH_STATUS {authenticated}`. */
export function authenticationOf({ authenticated = false }: Fields): AppFacts {
  if (typeof authenticated === "boolean") return { authenticated };
  throw new Error('Cannot take the sign-in: "authenticated" must be true or false');
}

/** `UPDATE_CONNECTION_STATUS {status}` of newer apps. */
export function reportedOf({ status }: Fields): AppFacts {
  if (typeof status !== "object" || status === null || Array.isArray(status)) {
    throw new Error('Cannot take the connection: "status" must be an object');
  }
  const { connection_type, connected, version, models, endpoint, error } = status as Record<string, unknown>;
  const reported: AppReported = {
    connectionType: text(connection_type) ?? "unknown",
    connected: connected === true,
    version: text(version),
    models: Array.isArray(models) ? models.length : 0,
    endpoint: text(endpoint),
    error: text(error),
  };
  return { reported };
}

/** What several clients are together; the last of each that said something counts. `facts`: in the order of speaking. */
export function together(facts: readonly AppFacts[], canLaunch: boolean): AppSeen {
  const last = <Key extends keyof AppFacts>(key: Key) => facts.findLast((one) => one[key] !== undefined)?.[key] ?? null;
  return {
    clients: facts.length,
    authenticated: facts.some(({ authenticated }) => authenticated === true),
    tooltip: last("tooltip"),
    icon: last("icon"),
    reported: last("reported"),
    canLaunch,
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? shortened(value) || null : null;
}

function shortened(value: string): string {
  const characters = [...value.slice(0, 4 * longestText)];
  return characters.length <= longestText ? characters.join("") : characters.slice(0, longestText - 1).join("") + "…";
}
