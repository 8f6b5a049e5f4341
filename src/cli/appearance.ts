import type { Io } from "./io.ts";

type Paint = (text: string) => string;

/** How text may look where it is written to. */
export interface Appearance {
  bold: Paint;
  dim: Paint;
  good: Paint;
  warning: Paint;
  bad: Paint;
  colour: boolean;
  /** The marks of a passed and a failed step, and an arrow, in ASCII where the locale is not UTF-8. */
  pass: string;
  fail: string;
  arrow: string;
}

const plain: Paint = (text) => text;

/** Colour only on a terminal that has it and without NO_COLOR (https://no-color.org). */
export function appearanceOf(io: Io, stream: "stdout" | "stderr" = "stdout"): Appearance {
  const colour = io.isTerminal[stream] && !io.env("NO_COLOR") && io.env("TERM") !== "dumb";
  const sgr = (code: number): Paint => colour ? (text) => `\x1b[${code}m${text}\x1b[0m` : plain;
  const unicode = isUtf8Locale(io.env);
  return {
    bold: sgr(1),
    dim: sgr(2),
    good: sgr(32),
    warning: sgr(33),
    bad: sgr(31),
    colour,
    pass: unicode ? "✓" : "ok",
    fail: unicode ? "✗" : "FAILED",
    arrow: unicode ? "→" : "->",
  };
}

/** By POSIX: the first of LC_ALL, LC_CTYPE and LANG that is set and not empty decides. */
function isUtf8Locale(env: Io["env"]): boolean {
  return /utf-?8/i.test(env("LC_ALL") || env("LC_CTYPE") || env("LANG") || "");
}
