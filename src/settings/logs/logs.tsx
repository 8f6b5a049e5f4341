import { liveParts } from "../live/live_parts.tsx";
import { addConfigForms } from "../form/config_forms.ts";
import type { Field } from "../form/field.ts";
import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { bugReport, stampOf } from "./bug_report.ts";
import { filterOf } from "./log_line.ts";
import { logStream } from "./log_stream.ts";
import { LogsView } from "./logs_view.tsx";

const path = "/settings/logs";

const level: Field[] = [{
  keys: ["log", "level"],
  label: "Least level that is written",
  help: "Choose debug to find a fault; it writes much more. It holds from the next line on.",
  input: { kind: "choice", options: [["debug", "debug"], ["info", "info"], ["warn", "warn"], ["error", "error"]] },
}];

/** The last lines of the log, live; and how to send them to somebody. */
export const logs: Section = {
  path: "logs",
  title: "Logs",
  addTo(app, context) {
    const options = { title: "Logs", path: "logs", live: `${path}/live`, scripts: ["logs.js"] };
    app.get(`${path}/live`, (c) => liveParts(c, context, { render: () => ({}) }));
    app.get(`${path}/lines`, (c) => logStream(c, context));
    app.get(`${path}/report`, (c) => c.text(bugReport(context)));
    app.get(`${path}/download`, (c) => {
      const name = `cloudtolocalllm-log-${stampOf(context.clock.now())}.txt`;
      return c.text(bugReport(context), 200, { "content-disposition": `attachment; filename="${name}"` });
    });
    addConfigForms(app, context, {
      path,
      forms: { level },
      show: (c, states, status) => {
        const filter = filterOf((name) => c.req.query(name));
        const view = (
          <LogsView c={c} context={context} filter={filter} level={{ fields: level, state: states.level }} />
        );
        return showPage(c, context, { ...options, status }, view);
      },
    });
  },
};
