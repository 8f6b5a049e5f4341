import { assertEquals } from "@std/assert";
import { folderFindings, type FolderSight } from "./folders_check.ts";

const fine: FolderSight = { path: "/s/my state", kind: "folder", mode: 0o700, owner: 1000, isWritable: true };

Deno.test("folderFindings() finds owner, mode and kind, each with its command", () => {
  const cases: [change: Partial<FolderSight>, uid: number | undefined, id: string | undefined, remedy?: string][] = [
    [{}, 1000, undefined],
    [{ mode: 0o755 }, 1000, undefined],
    [{ kind: "missing" }, 1000, undefined],
    [{ owner: 0 }, undefined, undefined],
    [{ owner: 0 }, 1000, "folder-owner", `sudo chown -R "$(id -u)" '/s/my state'`],
    [{ owner: 1000 }, 0, "folder-owner", `chown -R "$(id -u)" '/s/my state'`],
    [{ mode: 0o500 }, 1000, "folder-locked", "chmod u+rwx '/s/my state'"],
    [{ mode: 0o775 }, 1000, "folder-open", "chmod go-w '/s/my state'"],
    [
      { isWritable: false },
      1000,
      "folder-locked",
      "Find out why with: mount | grep -w ro; the program needs /s/my state",
    ],
    [{ kind: "file" }, 1000, "not-a-folder", "mv '/s/my state' '/s/my state'.old"],
    [{ kind: "cannot_be_made" }, 1000, "folder-none", `sudo install -d -o "$(id -u)" -m 700 '/s/my state'`],
  ];
  for (const [change, uid, id, remedy] of cases) {
    const [finding] = folderFindings({ ...fine, ...change }, uid);
    assertEquals([finding?.id, finding?.remedy], [id, remedy], JSON.stringify(change));
  }
});
