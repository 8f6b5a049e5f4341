import { assertEquals } from "@std/assert";
import { configOf } from "../../tests/support/states.ts";
import { ChildEnv } from "./child_env.ts";

const backend = (id: string, secret: string | null) =>
  ({ id, kind: "openai", url: "https://example.org", location: "cloud", secret }) as const;

Deno.test("ChildEnv hides the secrets that a configuration names, and those of former ones", () => {
  const env = new ChildEnv();
  assertEquals(env.variables, { NOTIFY_SOCKET: "" });
  env.see(configOf({ listen: { clientKey: "clients" }, backends: [backend("a", "open-router"), backend("b", null)] }));
  env.see(configOf({ backends: [backend("c", "other")] }));
  assertEquals(env.variables, {
    NOTIFY_SOCKET: "",
    CLOUDTOLOCALLLM_SECRET_CLIENTS: "",
    CLOUDTOLOCALLLM_SECRET_OPEN_ROUTER: "",
    CLOUDTOLOCALLLM_SECRET_OTHER: "",
  });
});
