import { assertEquals, assertThrows } from "@std/assert";
import { resolvePaths } from "./paths.ts";

const pathsOf = (variables: Record<string, string>) => resolvePaths((name) => variables[name]);

Deno.test("resolvePaths() takes the XDG folders", () => {
  const variables = { XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "/s/", XDG_RUNTIME_DIR: "/run/user/1000" };
  assertEquals(pathsOf(variables), {
    configFile: "/c/cloudtolocalllm/config.json",
    stateDir: "/s/cloudtolocalllm",
    runtimeDir: "/run/user/1000/cloudtolocalllm",
    controlFile: "/run/user/1000/cloudtolocalllm/control.json",
  });
});

Deno.test("resolvePaths() ignores empty and relative variables", () => {
  const variables = { HOME: "/home/me", XDG_CONFIG_HOME: "", XDG_STATE_HOME: "state", XDG_RUNTIME_DIR: "./run" };
  assertEquals(pathsOf(variables), {
    configFile: "/home/me/.config/cloudtolocalllm/config.json",
    stateDir: "/home/me/.local/state/cloudtolocalllm",
    runtimeDir: "/home/me/.local/state/cloudtolocalllm",
    controlFile: "/home/me/.local/state/cloudtolocalllm/control.json",
  });
});

Deno.test("resolvePaths() says that HOME is missing when it is needed", () => {
  for (const HOME of ["", "relative"]) assertThrows(() => pathsOf({ HOME }), Error, "HOME is not set");
  assertThrows(() => pathsOf({ XDG_CONFIG_HOME: "/c" }), Error, "HOME is not set");
});
