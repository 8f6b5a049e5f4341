import type { Bus } from "../dbus/types.ts";

const server = {
  destination: "org.freedesktop.Notifications",
  path: "/org/freedesktop/Notifications",
  interface: "org.freedesktop.Notifications",
};
const patience = { timeoutMs: 5_000, autoStart: true };

/**
 * Tells the user something by a plain notification. Rejects where there is no server for them, and with what it says.
 */
export async function tell(bus: Bus, summary: string, body: string): Promise<void> {
  const [capabilities] = await bus.call({ ...server, member: "GetCapabilities" }, patience);
  const takesMarkup = Array.isArray(capabilities) && capabilities.includes("body-markup");
  const text = takesMarkup ? escapeMarkup(body) : body;
  const defaultTime = -1;
  await bus.call({
    ...server,
    member: "Notify",
    signature: "susssasa{sv}i",
    body: ["CloudToLocalLLM", 0, "", summary, text, [], {}, defaultTime],
  }, patience);
}

function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
