import type { SettingsContext } from "../context.ts";
import { FileTrouble } from "../file_trouble.tsx";
import type { Field } from "../form/field.ts";
import { FormView } from "../form/form_view.tsx";
import type { FormState } from "../form/save_form.ts";
import { SavedNotice } from "../saved_notice.tsx";
import type { PageContext } from "../section.ts";
import { isShown, type LogFilter, type NumberedLine } from "./log_line.ts";
import { keptLines, placeOf } from "./log_stream.ts";

interface LogsViewProps {
  c: PageContext;
  context: SettingsContext;
  filter: LogFilter;
  level: { fields: readonly Field[]; state: FormState };
}

export function LogsView({ c, context, filter, level }: LogsViewProps) {
  const lines = keptLines(context);
  return (
    <>
      <SavedNotice c={c} />
      <p class="note">
        The last lines that the daemon wrote, without prompts, answers and tokens. Older ones are where its standard
        error goes, such as the journal.
      </p>
      <FilterForm filter={filter} />
      <Lines lines={lines} filter={filter} place={placeOf(context.recentLog.end, context)} />
      <div class="row between after-log">
        <span class="note" id="log-count" role="status">{countWords(lines, filter)}</span>
        <span class="row">
          <button type="button" id="log-pause" aria-pressed="false" hidden data-needs-script>Hold</button>
          <button type="button" id="log-report" hidden data-needs-script>Copy for a bug report</button>
          <a class="button" href="/settings/logs/report">Show the bug report</a>
          <a class="button" href="/settings/logs/download">Download as text</a>
        </span>
      </div>
      <p class="note">
        The bug report has the version, the state and these lines. Tokens are taken out and your home folder is written
        as ~; look through it before you send it.
      </p>
      <section class="card">
        <h2>What is written</h2>
        <FileTrouble context={context} />
        <FormView action="/settings/logs/level" csrf={c.env.csrf} {...level} />
      </section>
    </>
  );
}

function FilterForm({ filter }: { filter: LogFilter }) {
  const options = [
    ["debug", "All"],
    ["info", "Info and above"],
    ["warn", "Warnings and errors"],
    ["error", "Errors only"],
  ] as const;
  return (
    <form method="get" action="/settings/logs" id="log-filter" class="log-filter" role="search">
      <span>
        <label for="log-text">Lines with</label>
        <input type="search" id="log-text" name="text" value={filter.text} autocomplete="off" spellcheck={false} />
      </span>
      <span>
        <label for="log-level">Level</label>
        <select id="log-level" name="level">
          {options.map(([value, words]) => <option value={value} selected={value === filter.level}>{words}</option>)}
        </select>
      </span>
      <button type="submit">Filter</button>
    </form>
  );
}

/** All lines are there, also those that the filter hides: a script may ask for others. */
function Lines({ lines, filter, place }: { lines: readonly NumberedLine[]; filter: LogFilter; place: string }) {
  return (
    <div
      class="log mono"
      id="log"
      tabindex={0}
      role="region"
      aria-label="The last lines of the log"
      data-place={place}
      data-last={String(lines.at(-1)?.n ?? 0)}
    >
      {lines.map((line) => (
        <div class={line.level} data-level={line.level} hidden={!isShown(line, filter)}>{line.text}</div>
      ))}
    </div>
  );
}

function countWords(lines: readonly NumberedLine[], filter: LogFilter): string {
  const shown = lines.filter((line) => isShown(line, filter)).length;
  if (lines.length === 0) return "Nothing was written yet";
  return shown === lines.length ? `${shown} lines` : `${shown} of ${lines.length} lines`;
}
