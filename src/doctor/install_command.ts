/** Names of a package by the family of the distribution. */
export interface Packages {
  debian: string;
  fedora: string;
  arch: string;
  suse: string;
}

const installers: Readonly<Record<string, { family: keyof Packages; command: string }>> = {
  debian: { family: "debian", command: "apt install" },
  ubuntu: { family: "debian", command: "apt install" },
  fedora: { family: "fedora", command: "dnf install" },
  rhel: { family: "fedora", command: "dnf install" },
  arch: { family: "arch", command: "pacman -S" },
  suse: { family: "suse", command: "zypper install" },
  opensuse: { family: "suse", command: "zypper install" },
};

/**
 * What installs a package here, by os-release(5): ID, else the first of ID_LIKE that is known; `undefined`: that is not
 * known. Pure.
 */
export function installCommand(
  osRelease: string,
  packages: Packages,
  { isRoot }: { isRoot: boolean },
): string | undefined {
  const value = (key: string) =>
    new RegExp(`^${key}=(.*)$`, "m").exec(osRelease)?.[1].replace(/^["']|["']\s*$/g, "") ?? "";
  const ids = [value("ID"), ...value("ID_LIKE").split(" ")];
  const known = ids.find((id) => Object.hasOwn(installers, id));
  if (known === undefined) return undefined;
  const { family, command } = installers[known];
  return `${isRoot ? "" : "sudo "}${command} ${packages[family]}`;
}
