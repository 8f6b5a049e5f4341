import type { TrayIcon } from "../../src/desktop/tray/tray_model_types.ts";
import { decodePng } from "./png.ts";

const folder = new URL("../../packaging/icons/", import.meta.url);

/** Where the one source of an icon state is. */
export function iconSource(icon: TrayIcon): URL {
  return new URL(`cloudtolocalllm-${icon}-symbolic.svg`, folder);
}

/** SHA-256 of a file's bytes, in hex. */
export async function fileHash(file: URL): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  return new Uint8Array(digest).toHex();
}

/** How much of each pixel the glyph covers, 0 to 255, as rsvg-convert draws it; `undefined` where that is missing. */
export async function renderIcon(icon: TrayIcon, size: number): Promise<Uint8Array | undefined> {
  const args = ["--width", String(size), "--height", String(size), iconSource(icon).pathname];
  try {
    const { success, stdout, stderr } = await new Deno.Command("rsvg-convert", { args }).output();
    if (!success) throw new Error(`Cannot draw ${icon}: ${new TextDecoder().decode(stderr)}`);
    const { rgba } = await decodePng(stdout);
    return Uint8Array.from({ length: size * size }, (_, at) => rgba[4 * at + 3]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
