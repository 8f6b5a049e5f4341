import * as v from "valibot";
import { logLevels } from "../core/log.ts";

const LogFileOptions = v.strictObject({
  enabled: v.optional(
    v.pipe(v.boolean(), v.description("Whether the log is also kept in log/daemon.log in the state folder.")),
    true,
  ),
  maxBytes: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(4_096),
      v.maxValue(1_073_741_824),
      v.description("Size at which the file is set aside and a new one is begun, in bytes."),
    ),
    4_194_304,
  ),
  keep: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.maxValue(100),
      v.description("How many files that were set aside are kept (daemon.log.1 is the newest)."),
    ),
    4,
  ),
});

/** The section `log`. */
export const LogOptions = v.strictObject({
  level: v.optional(v.pipe(v.picklist(logLevels), v.description("Least level that is written.")), "info"),
  format: v.optional(
    v.pipe(v.picklist(["text", "json"]), v.description("text for people, json for programs.")),
    "text",
  ),
  file: v.optional(v.pipe(LogFileOptions, v.description("The log as files, which `logs` reads.")), {}),
});
