import { checkedUrl, isLoopback } from "./address.ts";
import type { System } from "./link_parts.ts";

const daemonName = "online.cloudtolocalllm.CloudToLocalLLM";
const daemonPath = "/online/cloudtolocalllm/CloudToLocalLLM";
const daemonInterface = "online.cloudtolocalllm.Daemon1";

interface BusCall {
  destination: string;
  path: string;
  interface: string;
  member: string;
  /** Texts and numbers; of a text that begins like an option a program would make one, so none does. */
  args: readonly (string | number)[];
}

const bus = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" };
const hasOwner: BusCall = { ...bus, member: "NameHasOwner", args: [daemonName] };
const startByName: BusCall = { ...bus, member: "StartServiceByName", args: [daemonName, 0] };
const address: BusCall = {
  destination: daemonName,
  path: daemonPath,
  interface: "org.freedesktop.DBus.Properties",
  member: "Get",
  args: [daemonInterface, "Address"],
};
const openSettings: BusCall = {
  destination: daemonName,
  path: daemonPath,
  interface: daemonInterface,
  member: "OpenSettings",
  args: [""],
};

type Program = (call: BusCall, timeoutMs: number) => string[];

/** systemd's, then GLib's: one of them is on every desktop. */
const programs: readonly Program[] = [
  (call, timeoutMs) => {
    const signature = call.args.map((arg) => typeof arg === "number" ? "u" : "s").join("");
    const to = [call.destination, call.path, call.interface, call.member];
    const options = ["--user", "--auto-start=no", `--timeout=${Math.ceil(timeoutMs / 1000)}`];
    return ["busctl", ...options, "call", ...to, signature, ...call.args.map(String)];
  },
  (call, timeoutMs) => {
    const to = ["--dest", call.destination, "--object-path", call.path, "--method", `${call.interface}.${call.member}`];
    const args = call.args.map((arg) => typeof arg === "number" ? String(arg) : `'${arg}'`);
    return ["gdbus", "call", "--session", "--timeout", String(Math.ceil(timeoutMs / 1000)), ...to, ...args];
  },
];

/** The daemon of the user's session, asked by a program of the desktop: no D-Bus library has to come with this one. */
export class SessionBus {
  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
  }

  /** The address that the session's daemon tells. Throws, as the end of a sentence, when there is none. */
  async address(timeoutMs: number): Promise<string> {
    if (!await this.#hasDaemon(timeoutMs)) throw new Error("no daemon is on the session's bus");
    const said = await this.#call(address, timeoutMs);
    const url = said?.match(/["'](http:\/\/[^"'\\]+)["']/)?.[1];
    if (url === undefined) throw new Error("who has the daemon's name on the bus tells no address");
    // Any program of the session can take the name.
    if (!isLoopback(new URL(checkedUrl(url)).hostname)) throw new Error(`${url} is not on this machine`);
    return checkedUrl(url);
  }

  /** Has the bus start the daemon; `false`: it knows none, or there is no bus. */
  async start(timeoutMs: number): Promise<boolean> {
    return await this.#call(startByName, timeoutMs) !== undefined;
  }

  /** Has the session's daemon open its settings; `false`: there is none. */
  async openSettings(timeoutMs: number): Promise<boolean> {
    return await this.#hasDaemon(timeoutMs) && await this.#call(openSettings, timeoutMs) !== undefined;
  }

  /** `Get` would start one. */
  async #hasDaemon(timeoutMs: number): Promise<boolean> {
    return /\btrue\b/.test(await this.#call(hasOwner, timeoutMs) ?? "");
  }

  /** What the first program that is here prints; `undefined` when the call fails, or none is. */
  async #call(call: BusCall, timeoutMs: number): Promise<string | undefined> {
    for (const program of programs) {
      const ran = await this.#system.run(program(call, timeoutMs), { timeoutMs });
      if (ran) return ran.code === 0 ? ran.stdout : undefined;
    }
    return undefined;
  }
}
