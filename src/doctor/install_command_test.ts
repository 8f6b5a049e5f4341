import { assertEquals } from "@std/assert";
import { installCommand } from "./install_command.ts";

const packages = { debian: "deb", fedora: "fed", arch: "arc", suse: "sus" };

Deno.test("installCommand() knows the families of distributions by os-release", () => {
  const cases: [osRelease: string, command: string | undefined][] = [
    ["PRETTY_NAME=x\nID=debian\n", "sudo apt install deb"],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', "sudo apt install deb"],
    ["ID=fedora\n", "sudo dnf install fed"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install fed"],
    ["ID=manjaro\nID_LIKE=arch\n", "sudo pacman -S arc"],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sudo zypper install sus"],
    ["ID=nixos\n", undefined],
    ["ID=constructor\n", undefined],
    ["", undefined],
  ];
  for (const [osRelease, command] of cases) {
    assertEquals(installCommand(osRelease, packages, { isRoot: false }), command, osRelease);
  }
  assertEquals(installCommand("ID=debian", packages, { isRoot: true }), "apt install deb");
});
