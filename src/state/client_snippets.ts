/** How a program is told where the daemon is. */
export interface ClientSnippet {
  /** Of its element. */
  id: string;
  program: string;
  /** Where the text goes. */
  where: string;
  text: string;
}

export interface Reach {
  /** Base URL, such as `http://127.0.0.1:11435`. */
  address: string;
  /** Whether every program must send the client key. */
  needsKey: boolean;
}

/**
 * Settings of programs, ready to be copied. A key stands in none of them, only where it goes; the `ollama` program, which
 * sends none, is left out where one is asked.
 */
export function clientSnippets({ address, needsKey }: Reach): ClientSnippet[] {
  const { host } = new URL(address);
  const openai = `${address}/v1`;
  const key = needsKey ? "YOUR_CLIENT_KEY" : "any";
  const ollama = {
    id: "ready-ollama",
    program: "ollama",
    where: "In a terminal",
    text: `OLLAMA_HOST=${host} ollama run llama3.2`,
  };
  const connections = "Admin settings, Connections, Ollama API";
  return [
    ...needsKey ? [] : [ollama],
    {
      id: "ready-open-webui",
      program: "Open WebUI",
      where: needsKey ? `${connections}; your client key as its bearer token` : connections,
      text: address,
    },
    {
      id: "ready-continue",
      program: "Continue",
      where: "In ~/.continue/config.yaml",
      text: [
        "models:",
        "  - name: CloudToLocalLLM",
        "    provider: ollama",
        "    model: llama3.2",
        `    apiBase: ${address}`,
        ...needsKey ? [`    apiKey: ${key}`] : [],
      ].join("\n"),
    },
    {
      id: "ready-zed",
      program: "Zed",
      where: needsKey ? "In settings.json; the key as OLLAMA_API_KEY in its environment" : "In settings.json",
      text: JSON.stringify({ language_models: { ollama: { api_url: address } } }, null, 2),
    },
    {
      id: "ready-python",
      program: "OpenAI for Python",
      where: "In your program",
      text: `from openai import OpenAI\n\nclient = OpenAI(base_url="${openai}", api_key="${key}")`,
    },
    {
      id: "ready-js",
      program: "OpenAI for JavaScript",
      where: "In your program",
      text: `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: "${openai}", apiKey: "${key}" });`,
    },
    {
      id: "ready-ollama-js",
      program: "Ollama for JavaScript",
      where: "In your program",
      text: `import { Ollama } from "ollama";\n\nconst ollama = new Ollama({ host: "${address}"${
        needsKey ? `, headers: { authorization: "Bearer ${key}" }` : ""
      } });`,
    },
    {
      id: "ready-env",
      program: "What reads OpenAI's variables",
      where: "In its environment",
      text: `OPENAI_BASE_URL=${openai}\nOPENAI_API_KEY=${key}`,
    },
  ];
}
