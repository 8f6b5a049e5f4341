import { assertEquals } from "@std/assert";
import { spaceFindings } from "./machine_check.ts";

function df(free: number, mount = "/"): string {
  return `Filesystem     1024-blocks      Used Available Capacity Mounted on\n/dev/my disk    65792556  22416360  ${free}      35% ${mount}\n`;
}

Deno.test("spaceFindings() reads df, whose mount may have spaces", () => {
  const found = (text: string) => spaceFindings(text, "/s").map(({ id, what }) => [id, what]);
  assertEquals(found(df(41_000_000)), []);
  assertEquals(found(df(150_000, "/my home")), [["disk-low", "146 MiB are left on /my home, where /s is"]]);
  assertEquals(found(df(0)), [["disk-full", "0 MiB are left on /, where /s is"]]);
  assertEquals([found(""), found("nonsense\nnonsense")], [[], []]);
});
