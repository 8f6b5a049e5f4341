import { assertEquals } from "@std/assert";
import { shellWord } from "./shell_word.ts";

Deno.test("shellWord() is one word for a shell, whatever is in it", async () => {
  for (const text of ["/home/me/a.json", "", "a b", "it's", '$HOME `id` \\ " * ~ ; & \n', "-n", "ünï"]) {
    const command = `printf '%s|' ${shellWord(text)}`;
    const { stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
    assertEquals(new TextDecoder().decode(stdout), `${text}|`);
  }
  assertEquals(shellWord("/home/me/a.json"), "/home/me/a.json");
});
