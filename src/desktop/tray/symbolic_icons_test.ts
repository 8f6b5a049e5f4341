import { assertEquals } from "@std/assert";
import { namedIcons } from "./symbolic_icons.ts";

Deno.test("namedIcons() are those that lie in a theme folder, on desktops that colour them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "icons-" });
  const install = async (place: string, icon: string) => {
    await Deno.mkdir(`${folder}/${place}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${place}/cloudtolocalllm-${icon}-symbolic.svg`, "<svg/>");
  };
  try {
    await install("home/icons/hicolor/symbolic/apps", "idle");
    await install("shared/icons/hicolor/scalable/apps", "cloud");
    await install("shared/icons/hicolor/16x16/apps", "local");
    const places = { XDG_DATA_HOME: `${folder}/home`, XDG_DATA_DIRS: `${folder}/none:relative:${folder}/shared` };
    const find = async (env: Record<string, string>) => [...await namedIcons((name) => env[name])];
    assertEquals(await find({ ...places, XDG_CURRENT_DESKTOP: "ubuntu:GNOME" }), ["idle", "cloud"]);
    assertEquals(await find({ ...places, XDG_CURRENT_DESKTOP: "KDE" }), ["idle", "cloud"]);
    assertEquals(await find({ ...places, XDG_CURRENT_DESKTOP: "LXQt" }), []);
    assertEquals(await find(places), []);
    assertEquals(await find({ XDG_CURRENT_DESKTOP: "KDE", XDG_DATA_DIRS: folder }), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
