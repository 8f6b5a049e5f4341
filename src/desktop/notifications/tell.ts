import type { Bus } from "../../dbus/types.ts";
import { escapeMarkup } from "./escape_markup.ts";

const server = {
  destination: "org.freedesktop.Notifications",
  path: "/org/freedesktop/Notifications",
  interface: "org.freedesktop.Notifications",
};
const patience = { timeoutMs: 5_000, autoStart: true };

/** A notification that is shown, or was. */
export interface Told {
  id: number;
  /** Unique name of the server that gave the id. */
  by: string;
}

export interface ToTell {
  summary: string;
  body: string;
  /** What it takes the place of, where the same server is still there. */
  replaces?: Told;
}

/**
 * Tells the user something by a plain notification. Rejects where there is no server for them, and with what it says.
 */
export async function tell(bus: Bus, { summary, body, replaces }: ToTell): Promise<Told> {
  const [capabilities] = await bus.call({ ...server, member: "GetCapabilities" }, patience);
  const takesMarkup = Array.isArray(capabilities) && capabilities.includes("body-markup");
  const text = takesMarkup ? escapeMarkup(body) : body;
  const defaultTime = -1;
  const by = await ownerOf(bus);
  const replacesId = replaces?.by === by ? replaces.id : 0;
  const [id] = await bus.call({
    ...server,
    member: "Notify",
    signature: "susssasa{sv}i",
    body: ["CloudToLocalLLM", replacesId, "", summary, text, [], {}, defaultTime],
  }, patience);
  return { id: typeof id === "number" ? id : 0, by };
}

async function ownerOf(bus: Bus): Promise<string> {
  const name = "org.freedesktop.DBus";
  const member = { destination: name, path: "/org/freedesktop/DBus", interface: name, member: "GetNameOwner" };
  const [owner] = await bus.call({ ...member, signature: "s", body: [server.destination] }, patience);
  return String(owner);
}
