import { assertEquals } from "@std/assert";
import { installedIcon } from "./installed_icon.ts";

Deno.test("installedIcon() names an icon only where a package has put it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const icon = (env: Record<string, string>) => installedIcon("cloudtolocalllm", (name) => env[name]);
    assertEquals(await icon({ XDG_DATA_DIRS: `relative:${folder}/a:${folder}/b`, HOME: folder }), "");
    await Deno.mkdir(`${folder}/b/icons/hicolor/scalable/apps`, { recursive: true });
    await Deno.writeTextFile(`${folder}/b/icons/hicolor/scalable/apps/cloudtolocalllm.svg`, "<svg/>");
    assertEquals(await icon({ XDG_DATA_DIRS: `relative:${folder}/a:${folder}/b` }), "cloudtolocalllm");
    assertEquals(await icon({ XDG_DATA_DIRS: `${folder}/a` }), "");
    assertEquals(await icon({ XDG_DATA_DIRS: `${folder}/a`, XDG_DATA_HOME: `${folder}/b` }), "cloudtolocalllm");
    await Deno.mkdir(`${folder}/.local/share/icons/hicolor/48x48/apps`, { recursive: true });
    await Deno.writeTextFile(`${folder}/.local/share/icons/hicolor/48x48/apps/cloudtolocalllm.png`, "");
    assertEquals(await icon({ XDG_DATA_DIRS: `${folder}/a`, HOME: folder }), "cloudtolocalllm");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
