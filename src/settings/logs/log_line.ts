import { type LogLevel, logLevels } from "../../core/log.ts";

/** A line of the log with its number, of all that the daemon ever wrote. */
export interface NumberedLine {
  n: number;
  text: string;
  /** `undefined`: it says none. */
  level: LogLevel | undefined;
}

/** `text` with or without its line end, in either format of the log (core/log.ts). */
export function numberedLine(n: number, text: string): NumberedLine {
  return { n, text: text.trimEnd(), level: levelOf(text) };
}

function levelOf(text: string): LogLevel | undefined {
  const word = (/^\S+ (\w+) /.exec(text) ?? /^\{"time":"[^"]*","level":"(\w+)"/.exec(text))?.[1];
  return logLevels.find((level) => level === word);
}

/** Which lines are shown. */
export interface LogFilter {
  /** Part of the line, upper case or lower; empty: any. */
  text: string;
  /** The least level. A line that says none is always shown. */
  level: LogLevel;
}

/** The filter that an address asks for: `?text=…&level=warn`. */
export function filterOf(query: (name: string) => string | undefined): LogFilter {
  const level = logLevels.find((level) => level === query("level")) ?? "debug";
  return { text: (query("text") ?? "").trim(), level };
}

export function isShown({ text, level }: NumberedLine, filter: LogFilter): boolean {
  const isLoud = level === undefined || logLevels.indexOf(level) >= logLevels.indexOf(filter.level);
  return isLoud && text.toLowerCase().includes(filter.text.toLowerCase());
}
