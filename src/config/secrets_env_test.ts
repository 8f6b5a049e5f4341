import { assert, assertEquals, assertThrows } from "@std/assert";
import { envSecrets, secretVariable } from "./secrets_env.ts";

Deno.test("secretVariable() is upper case with underscores", () => {
  assertEquals(secretVariable("open-router"), "CLOUDTOLOCALLLM_SECRET_OPEN_ROUTER");
});

Deno.test("envSecrets() trims, and takes an empty value for unset", () => {
  const values: Record<string, string> = {
    CLOUDTOLOCALLLM_SECRET_A: " key\r\n",
    CLOUDTOLOCALLLM_SECRET_B: " \n",
  };
  const secret = envSecrets((name) => values[name]);
  assertEquals([secret("a"), secret("b"), secret("c")], ["key", undefined, undefined]);
});

Deno.test("envSecrets() refuses what no header can carry, without repeating it", () => {
  for (const value of ["hush\nhush", "hush\u0000", "hush\u007f", "hush\u00e9", "\u200bhush"]) {
    const error = assertThrows(() => envSecrets(() => value)("cloud"), TypeError, "CLOUDTOLOCALLLM_SECRET_CLOUD");
    assert(!error.message.includes("hush"), error.message);
  }
});

Deno.test("envSecrets() tells each value that is read, as it is given", () => {
  const read: string[] = [];
  const secrets = envSecrets((name) => name.endsWith("_A") ? " token-a\n" : undefined, (value) => read.push(value));
  secrets("a");
  secrets("b");
  assertEquals(read, ["token-a"]);
});
