import * as v from "valibot";

/** The section `app`. */
export const DesktopApp = v.strictObject({
  enabled: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        "Whether the desktop app may connect, by the port in ~/.cloudtolocalllm/tray_port; see APPLINK.md.",
      ),
    ),
    true,
  ),
  command: v.optional(
    v.nullable(
      v.pipe(
        v.string(),
        v.regex(/^\//, "must be an absolute path such as /opt/cloudtolocalllm/cloudtolocalllm"),
        v.description("The program that Launch app in the tray starts, as an absolute path. null: it is looked for."),
      ),
    ),
    null,
  ),
});
