import { type Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";

/** How `systemctl --user` went; `absent`: there is none, or no manager of this user answers it. */
export type SystemctlResult = { kind: "absent"; reason: string } | {
  kind: "ended";
  code: number;
  output: string;
  words: string;
};

/** Runs `systemctl --user` with these words. Never rejects. */
export type Systemctl = (...args: string[]) => Promise<SystemctlResult>;

/** A unit that starts as `Type=notify` is waited for; a manager that hangs is not. */
const withinMs = 90_000;

/** The one of this machine. */
export function systemctl(clock: Clock): Systemctl {
  return async (...args) => {
    const abort = new AbortController();
    const cancel = clock.after(withinMs, () => abort.abort());
    try {
      const all = ["--user", "--no-pager", "--no-ask-password", ...args];
      const options: Deno.CommandOptions = { args: all, signal: abort.signal, stdin: "null" };
      const { code, stdout, stderr } = await new Deno.Command("systemctl", options).output();
      const words = text(stderr);
      if (code !== 0 && /Failed to connect to (the )?(user scope )?bus|not been booted with systemd/.test(words)) {
        return { kind: "absent", reason: words };
      }
      return { kind: "ended", code, output: text(stdout), words };
    } catch (error) {
      return { kind: "absent", reason: messageOf(error) };
    } finally {
      cancel();
    }
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).trim();
}
