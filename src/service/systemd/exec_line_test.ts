import { assertEquals, assertThrows } from "@std/assert";
import { execLine } from "./exec_line.ts";

const table: [words: string[], line: string][] = [
  [["/usr/bin/cloudtolocalllm", "run"], "/usr/bin/cloudtolocalllm run"],
  [["/home/me/my apps/it", "--a=b"], '"/home/me/my apps/it" --a=b'],
  [["/opt/100%/it", "$HOME", "a\\b"], '/opt/100%%/it $$HOME "a\\\\b"'],
  [["/opt/it", 'say "hi"', "", ";"], '/opt/it "say \\"hi\\"" "" ";"'],
  [["/opt/a$b c%d/it", "a$b"], '"/opt/a$b c%%d/it" a$$b'],
  [["/opt/it", "it's"], '/opt/it "it\'s"'],
];

for (const [words, line] of table) {
  Deno.test(`execLine() writes ${JSON.stringify(words)} as ${line}`, () => assertEquals(execLine(words), line));
}

Deno.test("execLine() refuses what a unit cannot say", () => {
  for (const words of [["run"], [], ["/bin/a", "two\nlines"], ['/bin/a"b'], ["/it's/a"], ["/a\\b"], ["/bin/a\u0000"]]) {
    assertThrows(() => execLine(words), Error, "Cannot write");
  }
});
