/** Writes src/desktop/tray/icon_masks.ts from packaging/icons by rsvg-convert: `deno task icons`. A test fails when it is not current. */
import { trayIcons } from "../../src/desktop/tray/tray_model_types.ts";
import { fileHash, iconSource, renderIcon } from "./render_icon.ts";

const iconSizes = [16, 22, 24, 32, 48];

/** One byte a run: its length less one in the upper four bits, its alpha of 0 to 15 in the lower. */
function runs(mask: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < mask.length;) {
    const alpha = Math.round(mask[at] / 17);
    let length = 1;
    while (length < 16 && at + length < mask.length && Math.round(mask[at + length] / 17) === alpha) length++;
    bytes.push((length - 1) << 4 | alpha);
    at += length;
  }
  return Uint8Array.from(bytes);
}

/** As deno fmt would have it. */
function entry(size: number, text: string): string[] {
  const line = `      ${size}: "${text}",`;
  return line.length <= 120 ? [line] : [`      ${size}:`, `        "${text}",`];
}

const lines: string[] = [];
for (const icon of trayIcons) {
  lines.push(`  ${icon}: {`, `    sha256: "${await fileHash(iconSource(icon))}",`, "    runs: {");
  for (const size of iconSizes) {
    const mask = await renderIcon(icon, size);
    if (!mask) throw new Error("Cannot draw icons: rsvg-convert is missing (Debian: librsvg2-bin)");
    lines.push(...entry(size, runs(mask).toBase64()));
  }
  lines.push("    },", "  },");
}

const text = `import type { TrayIcon } from "./tray_model_types.ts";

// Written by \`deno task icons\` from packaging/icons: change those.

/** In pixels, width and height alike. */
export const iconSizes = [${iconSizes.join(", ")}] as const;

/** The alpha of each icon state in each size: base64 of runs, a byte each (tests/support/write_icons.ts). */
export const iconMasks: Readonly<
  Record<TrayIcon, { sha256: string; runs: Readonly<Record<typeof iconSizes[number], string>> }>
> = {
${lines.join("\n")}
};
`;
await Deno.writeTextFile(new URL("../../src/desktop/tray/icon_masks.ts", import.meta.url), text);
