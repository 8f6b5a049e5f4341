import type { DesktopSession } from "./desktop_session.ts";
import { outputOf } from "./process_group.ts";
import { until } from "./until.ts";

/** A notification as dunst was given it. */
export interface SeenNotification {
  program: string;
  summary: string;
  body: string;
}

/** Dunst, with what it shows and the user's hand on it. */
export interface Dunst {
  /** Waits until so many notifications have been shown since the start, and gives them all. */
  shown(count: number): Promise<SeenNotification[]>;
  /** Waits until none is on the screen. */
  showsNone(): Promise<void>;
  /** Does what a click on the notification does. */
  act(): Promise<void>;
  /** Opens the list of actions, in which the one named at the start is chosen. */
  openActions(): Promise<void>;
}

/** Starts dunst. `choose`: label of the action that the user takes from the list of them. */
export async function startDunst(session: DesktopSession, { choose = "" }: { choose?: string } = {}): Promise<Dunst> {
  const seen = `${session.folder}/notifications`;
  const separator = "\x1e";
  const note = await script(
    session,
    "note",
    `printf '%s\\037%s\\037%s\\036' "$DUNST_APP_NAME" "$DUNST_SUMMARY" "$DUNST_BODY" >>'${seen}'`,
  );
  const chooser = await script(session, "choose", `grep -F -m1 -e '${choose}'`);
  const config = await session.write(
    "config/dunst/dunstrc",
    `[global]\n  dmenu = ${chooser}\n  idle_threshold = 0\n  notification_limit = 20\n  font = DejaVu Sans 10\n` +
      `[note]\n  summary = "*"\n  script = ${note}\n  timeout = 0\n`,
  );
  session.start("dunst", ["-config", config]);
  const dunstctl = async (...args: string[]) =>
    new TextDecoder().decode(await outputOf("dunstctl", { args, env: session.env })).trim();
  await until("dunst answers", () => dunstctl("count", "displayed"));
  return {
    async shown(count) {
      const all = await until(`dunst shows ${count} notifications`, async () => {
        const notes = (await Deno.readTextFile(seen)).split(separator).slice(0, -1);
        return notes.length >= count ? notes : undefined;
      });
      return all.map((text) => {
        const [program, summary, body] = text.split("\x1f");
        return { program, summary, body };
      });
    },
    showsNone: async () =>
      void await until("dunst shows none", async () => await dunstctl("count", "displayed") === "0" || undefined),
    act: async () => void await dunstctl("action", "0"),
    openActions: async () => void await dunstctl("context"),
  };
}

async function script(session: DesktopSession, name: string, command: string): Promise<string> {
  const file = await session.write(`bin/${name}`, `#!/bin/sh\n${command}\n`);
  await Deno.chmod(file, 0o755);
  return file;
}
