import { controlFilePath, readControlFile } from "./control_file.ts";
import { DaemonNotRunning, OriginNotAllowed, type Tried } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import { checkedUrl, defaultUrl } from "./address.ts";
import type { ClientOptions, FindWay } from "./options.ts";
import { timeoutsOf } from "./timeouts.ts";
import { type ProofOptions, proveDaemon } from "./proof.ts";
import { SessionBus } from "./session_bus.ts";
import type { System } from "./link_parts.ts";

/** Where a daemon was found. */
export interface Place {
  /** Without a slash at its end. */
  url: string;
  way: Tried["way"];
  /** The token of its control API, where it is known. */
  token?: string;
}

export interface FindParts extends Omit<ProofOptions, "timeoutMs" | "isBrowser"> {
  options: ClientOptions;
  /** `undefined` in browsers. */
  system: System | undefined;
}

const allWays: readonly FindWay[] = ["control-file", "bus", "default-address"];

/**
 * The first place in which a daemon answers. An address that is given, or stands in the environment, is the only one.
 * Throws {@linkcode DaemonNotRunning} with what was found in each, and in browsers {@linkcode OriginNotAllowed}.
 */
export async function findDaemon(parts: FindParts): Promise<Place> {
  const tried: Tried[] = [];
  for (const way of waysOf(parts)) {
    try {
      return await firstProved(await placesBy(way, parts), parts);
    } catch (error) {
      parts.signal.throwIfAborted();
      if (error instanceof OriginNotAllowed || error instanceof TypeError) throw error;
      tried.push({ way, outcome: wordsOf(error) });
    }
  }
  const said = tried.map(({ way, outcome }) => `${wayWords[way]}: ${outcome}`).join("; ");
  throw new DaemonNotRunning(`The daemon is not running (${said}); start it with: cloudtolocalllm start`, { tried });
}

async function firstProved([first, ...others]: readonly Place[], parts: FindParts): Promise<Place> {
  try {
    await prove(first, parts);
    return first;
  } catch (error) {
    if (others.length === 0 || parts.signal.aborted) throw error;
    return await firstProved(others, parts);
  }
}

/** That the daemon is still at the place; throws why not. */
export async function prove({ url, token }: Place, parts: FindParts): Promise<void> {
  const { options, system } = parts;
  const proof = { ...parts, timeoutMs: timeoutsOf(options).probeMs, isBrowser: system === undefined };
  // One that was given may be wrong, or not allowed to a page: that is for the call to say which needs it.
  await proveDaemon(url, options.token === undefined ? token : undefined, proof);
}

const wayWords: Record<Tried["way"], string> = {
  url: "the address given",
  environment: "CLOUDTOLOCALLLM_URL",
  "control-file": "its control file",
  bus: "D-Bus",
  "default-address": "the default address",
  start: "its start",
};

function waysOf({ options, system }: FindParts): readonly Exclude<Tried["way"], "start">[] {
  if (options.url !== undefined) return ["url"];
  if (system?.env("CLOUDTOLOCALLLM_URL") !== undefined) return ["environment"];
  return (options.discover ?? allWays).filter((way) => system || way === "default-address");
}

/** What a way leads to, the best first. */
async function placesBy(way: Exclude<Tried["way"], "start">, { options, system }: FindParts): Promise<Place[]> {
  const { token } = options;
  const at = async (url: string) => await withToken({ way, url, ...(token !== undefined && { token }) }, system);
  switch (way) {
    case "url":
      return await at(checkedUrl(options.url!, options));
    case "environment":
      return await at(checkedUrl(system!.env("CLOUDTOLOCALLLM_URL")!, options));
    case "control-file":
      return [{ way, ...await controlOf(system!), ...(token !== undefined && { token }) }];
    case "bus":
      return await at(await new SessionBus(system!).address(timeoutsOf(options).busMs));
    case "default-address":
      return await at(defaultUrl);
  }
}

async function controlOf(system: System): Promise<{ url: string; token: string }> {
  const path = controlFilePath(system);
  if (path === undefined) throw new Error("neither XDG_RUNTIME_DIR nor HOME is known here");
  const control = await readControlFile(path, system).catch((error) => {
    throw new Error(`${path}: ${wordsOf(error)}`, { cause: error });
  });
  if (!control) throw new Error(`there is no ${path}`);
  return control;
}

/**
 * Where the control file is of the very daemon that is meant, its token goes with it. The file may be one that a killed
 * daemon left, and another answers there now: that one is used without.
 */
async function withToken(place: Place, system: System | undefined): Promise<Place[]> {
  if (!system || place.token !== undefined) return [place];
  const control = await controlOf(system).catch(() => undefined);
  return control?.url === place.url ? [{ ...place, token: control.token }, place] : [place];
}
