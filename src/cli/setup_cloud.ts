import type { Preset, SetupMachine } from "../app/setup.ts";
import { parseBackend } from "../config/parse_backend.ts";
import { type BackendConfig, type ConfigInput, defaultBackends } from "../config/schema.ts";
import type { Appearance } from "./appearance.ts";
import type { Io } from "./io.ts";
import type { Questions } from "./questions.ts";
import { terminalLine } from "./terminal_text.ts";

/** A cloud connection that was tried, and is not kept yet. */
export interface NewCloud {
  config: BackendConfig & { secret: string };
  token: string;
}

interface Talk {
  io: Io;
  look: Appearance;
  questions: Questions;
  machine: SetupMachine;
}

/** By id of their presets; "other" stands for {@linkcode other}. */
const offered = ["ollama-cloud", "openai", "openrouter", "other", "cloudtolocalllm"];
const other: Preset = {
  id: "cloud-server",
  name: "Another OpenAI-compatible server",
  about: "",
  kind: "openai",
  url: "",
  location: "cloud",
};

/** Asks for a cloud, its address and token, and tries it; `undefined`: none is wanted. */
export async function askForCloud(talk: Talk, present: readonly BackendConfig[]): Promise<NewCloud | undefined> {
  const { io, questions, machine } = talk;
  const choices = offered.map((id) => machine.presets.find((preset) => preset.id === id) ?? other);
  const names = [...choices.map(({ name }) => name), "None"];
  io.err("A cloud can answer when this machine cannot:\n");
  io.err(names.map((name, index) => `  ${index + 1}  ${name}\n`).join(""));
  const chosen = await questions.number("Which one?", { count: names.length, usual: names.length });
  const preset = choices[chosen - 1];
  if (preset === undefined) return undefined;
  const config = await settingsOf(preset, talk, present);
  return config && await askForToken(talk, config, preset);
}

/** Of the connection that is there already for that address, else of a new one. */
async function settingsOf(
  preset: Preset,
  { io, questions, machine }: Talk,
  present: readonly BackendConfig[],
): Promise<NewCloud["config"] | undefined> {
  for (;;) {
    const url = preset.url || await questions.text("Its address, such as https://host.example/v1 (empty: none): ");
    if (url === "") return undefined;
    const there = present.find((backend) => backend.url.replace(/\/+$/, "") === url.replace(/\/+$/, ""));
    const id = there?.id ?? machine.freeId(preset.id, present.map((backend) => backend.id));
    const { kind, location } = preset;
    const input = there ? { ...there, enabled: true } : { id, kind, url, location };
    const parsed = parseBackend({ ...input, secret: there?.secret ?? id });
    if (parsed.ok) return { ...parsed.config, secret: parsed.config.secret! };
    io.err(`${parsed.problems.map(({ path, reason }) => terminalLine(`${path} ${reason}`)).join("\n")}\n`);
    if (preset.url !== "") return undefined;
  }
}

async function askForToken(talk: Talk, config: NewCloud["config"], preset: Preset): Promise<NewCloud | undefined> {
  const { io, look, questions, machine } = talk;
  const from = preset.tokenFrom ? `, which you get at ${preset.tokenFrom}` : "";
  for (;;) {
    const token = await questions.hidden(`Token of ${preset.name}${from} (is not shown; empty: no cloud): `);
    if (token === "") return undefined;
    io.err("Trying it ...\n");
    const { steps } = await machine.test(config, token);
    const failed = steps.find(({ ok }) => !ok);
    if (failed === undefined) {
      io.err(`${look.good(look.pass)} ${terminalLine(preset.name)} works: ${terminalLine(steps.at(-1)!.detail)}\n`);
      return { config, token };
    }
    const isToken = failed.reason === "http_401" || failed.reason === "http_403";
    io.err(`${look.bad(look.fail)} ${terminalLine(failed.detail)}\n`);
    if (!isToken && failed.advice !== null) io.err(`  ${look.arrow} ${terminalLine(failed.advice)}\n`);
    if (!isToken && await questions.agrees("Keep it all the same?", { usual: false })) return { config, token };
    if (!await questions.agrees("Try another token?", { usual: isToken })) return undefined;
  }
}

/** Puts the connection into the configuration, where nothing else changes. */
export function addBackend({ id, kind, url, location, secret }: BackendConfig) {
  return (draft: ConfigInput): void => {
    const backends = draft.backends ?? structuredClone(defaultBackends);
    const there = backends.find((backend) => backend.id === id);
    const named = secret === null ? {} : { secret };
    if (there) Object.assign(there, { enabled: true, ...named });
    else backends.push({ id, kind, url, location, ...named });
    draft.backends = backends;
  };
}
