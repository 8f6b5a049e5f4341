import { assertEquals } from "@std/assert";
import type { LoginEntry, OwnCommands } from "../check.ts";
import { autostartFindings } from "./autostart_check.ts";

const commands = { autostart: "ctl autostart enable" } as OwnCommands;
const xdg: LoginEntry = { kind: "xdg", file: "/a/x.desktop", program: "/p", isProgramThere: true, isRemovable: true };
const systemd: LoginEntry = { ...xdg, kind: "systemd", file: "/u/default.target.wants/cloudtolocalllm.service" };

Deno.test("autostartFindings() finds two starts, and a program that is gone", () => {
  const gone = { isProgramThere: false };
  const disable = "systemctl --user disable cloudtolocalllm.service";
  const cases: [entries: LoginEntry[], id: string, remedy: string | null][] = [
    [[], "autostart", null],
    [[xdg], "autostart", null],
    [[systemd], "autostart", null],
    [[xdg, systemd], "autostart-twice", "rm /a/x.desktop"],
    [[{ ...xdg, isRemovable: false }, systemd], "autostart-twice", disable],
    [[{ ...xdg, ...gone }], "autostart-dead", "rm /a/x.desktop && ctl autostart enable"],
    [[{ ...xdg, ...gone, isRemovable: false }], "autostart-dead", "ctl autostart enable"],
    [[{ ...systemd, ...gone }], "autostart-dead", "ctl autostart enable"],
    // First what is dead; then there may be one left.
    [[{ ...xdg, ...gone }, systemd], "autostart-dead", "rm /a/x.desktop && ctl autostart enable"],
  ];
  for (const [entries, id, remedy] of cases) {
    const findings = autostartFindings(entries, { commands });
    assertEquals(findings.map((finding) => [finding.id, finding.remedy]), [[id, remedy]], JSON.stringify(entries));
  }
});
