import type { Clock } from "./clock.ts";
import { hasUnseen, visibleJson } from "./visible_text.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof logLevels[number];
export type LogFormat = "text" | "json";
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** Structured log: one line an event, to where the composition root says. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  level: LogLevel;
  format: LogFormat;
  clock: Clock;
  write: (line: string) => void;
  /** Takes secrets out of a finished line. */
  redact: (line: string) => string;
}

/** Quoted only when needed, control characters escaped: a model's name cannot forge a line. */
function textValue(value: string | number | boolean | null): string {
  const text = String(value);
  return /^[\w./:@+,-]+$/.test(text) ? text : visibleJson(JSON.stringify(text));
}

function renderText(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const words = hasUnseen(message) ? visibleJson(JSON.stringify(message)) : message;
  let line = `${time} ${level.padEnd(5)} ${words}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${key}=${textValue(value)}`;
  }
  return line;
}

/** A log whose level and format follow `options` live, so a changed configuration needs no new log. */
export function createLog(options: LogOptions): Log {
  const write = (level: LogLevel, message: string, fields: LogFields = {}) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(options.level)) return;
    const time = new Date(options.clock.now()).toISOString();
    const line = options.format === "json"
      ? visibleJson(JSON.stringify({ time, level, message, ...fields }))
      : renderText(time, level, message, fields);
    options.write(options.redact(line) + "\n");
  };
  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
