import type { BackendKind, Location } from "../core/types.ts";

/** A kind of server with what is usual for it. */
export interface Preset {
  id: string;
  name: string;
  /** What it is, for who does not know the name. */
  about: string;
  kind: BackendKind;
  url: string;
  location: Location;
  /** Whether it asks for a token; `undefined`: some of them do. */
  needsToken?: boolean;
  /** Where one gets it. */
  tokenFrom?: string;
}

/** Servers that people use, in the order in which they are offered. Addresses are those of their own documentation. */
export const presets: readonly Preset[] = [
  {
    id: "ollama",
    name: "Ollama",
    about: "Models on this machine, or on another one of yours",
    kind: "ollama",
    url: "http://127.0.0.1:11434",
    location: "local",
    needsToken: false,
  },
  {
    id: "ollama-cloud",
    name: "Ollama Cloud",
    about: "Ollama's own cloud, with your account there",
    kind: "ollama",
    url: "https://ollama.com",
    location: "cloud",
    needsToken: true,
    tokenFrom: "https://ollama.com/settings/keys",
  },
  {
    id: "cloudtolocalllm",
    name: "CloudToLocalLLM",
    about: "The CloudToLocalLLM cloud proxy",
    kind: "cloudtolocalllm",
    url: "https://app.cloudtolocalllm.online",
    location: "cloud",
    needsToken: true,
    tokenFrom: "https://app.cloudtolocalllm.online",
  },
  {
    id: "openrouter",
    name: "OpenRouter",
    about: "Many models of many makers, with one account",
    kind: "openai",
    url: "https://openrouter.ai/api/v1",
    location: "cloud",
    needsToken: true,
    tokenFrom: "https://openrouter.ai/settings/keys",
  },
  {
    id: "openai",
    name: "OpenAI",
    about: "OpenAI's models",
    kind: "openai",
    url: "https://api.openai.com/v1",
    location: "cloud",
    needsToken: true,
    tokenFrom: "https://platform.openai.com/api-keys",
  },
  {
    id: "groq",
    name: "Groq",
    about: "Open models, answered fast",
    kind: "openai",
    url: "https://api.groq.com/openai/v1",
    location: "cloud",
    needsToken: true,
    tokenFrom: "https://console.groq.com/keys",
  },
  {
    id: "llama-cpp",
    name: "llama.cpp",
    about: "llama-server on this machine",
    kind: "openai",
    url: "http://127.0.0.1:8080/v1",
    location: "local",
  },
  {
    id: "vllm",
    name: "vLLM",
    about: "A vLLM server of yours",
    kind: "openai",
    url: "http://127.0.0.1:8000/v1",
    location: "local",
  },
  {
    id: "lm-studio",
    name: "LM Studio",
    about: "LM Studio's local server",
    kind: "openai",
    url: "http://127.0.0.1:1234/v1",
    location: "local",
    needsToken: false,
  },
];

/** For what none of them is. */
export const otherPreset: Preset = {
  id: "other",
  name: "Another server",
  about: "Whatever speaks Ollama's or OpenAI's API",
  kind: "openai",
  url: "",
  location: "local",
};

/** The preset of this id; another server where there is none. */
export function presetOf(id: string | undefined): Preset {
  return presets.find((preset) => preset.id === id) ?? otherPreset;
}

/** What a connection of it may be called: its id, or that with a number where it is taken. */
export function freeId(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}
