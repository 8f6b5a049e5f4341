/** A token as the predecessor's cloud gave it. */
export const oldToken = "eyJhbGciOi.planted-token.0123456789abcdef";

/** The predecessor's file as its program writes it, with two spaces of indent and every key. */
export function oldFileText(
  { token = oldToken, local = {}, cloud = {}, more = {} }: {
    token?: unknown;
    local?: Record<string, unknown>;
    cloud?: Record<string, unknown>;
    more?: Record<string, unknown>;
  } = {},
): string {
  const common = { host: "localhost", port: 11434, timeout: 30 };
  return JSON.stringify(
    {
      local_ollama: {
        connection_type: "local_ollama",
        ...common,
        api_base_url: "http://localhost:11434",
        auth_token: "",
        enabled: true,
        ...local,
      },
      cloud_proxy: {
        connection_type: "cloud_proxy",
        ...common,
        api_base_url: "https://api.cloudtolocalllm.online",
        auth_token: token,
        enabled: true,
        ...cloud,
      },
      ...more,
    },
    null,
    2,
  );
}

/** One of the five files that a migration has to get through. */
export interface OldFileCase {
  name: string;
  text: string;
  /** `undefined`: it has none that could be taken. */
  token?: string;
  /** Whether something can be taken from it. */
  isUsable: boolean;
  /** Its folder cannot be written. */
  isReadOnly?: boolean;
}

export const oldFileCases: readonly OldFileCase[] = [
  { name: "normal", text: oldFileText(), token: oldToken, isUsable: true },
  { name: "no token", text: oldFileText({ token: "", cloud: { enabled: false } }), isUsable: true },
  { name: "broken JSON", text: oldFileText().slice(0, -40), isUsable: false },
  {
    name: "unknown keys",
    text: oldFileText({
      local: { models_path: "/srv" },
      cloud: { theme: 1.50 },
      more: { tunnel: { retries: [1, 2] } },
    }),
    token: oldToken,
    isUsable: true,
  },
  { name: "read-only folder", text: oldFileText(), token: oldToken, isUsable: true, isReadOnly: true },
];
