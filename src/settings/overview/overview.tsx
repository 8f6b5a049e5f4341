import { routeModes } from "../../core/types.ts";
import type { SettingsContext } from "../context.ts";
import { ButtonForm, Hidden } from "../form/form_view.tsx";
import { Notice } from "../layout.tsx";
import { liveParts, type Parts } from "../live/live_parts.tsx";
import { doneAt, SavedNotice } from "../saved_notice.tsx";
import type { PageContext, Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { Failovers } from "./failovers.tsx";
import { modeLabels } from "../mode_labels.ts";
import { rangeOf, ranges } from "./ranges.ts";
import { Route } from "./route.tsx";
import { RunningTable } from "./running_table.tsx";
import { SharedUse } from "./shared_use.ts";
import { readUse, type Use, UseView } from "./use_view.tsx";

const path = "/settings/overview";
/** The record of use is read again after this time, in ms, however many windows show it and however much changes. */
const youngMs = 5_000;

/** What the broker does: who answers now and why, the route, live requests, failovers, speed and tokens over time. */
export const overview: Section = {
  path: "overview",
  title: "Overview",
  addTo(app, context) {
    const shared = new SharedUse<Use>({ clock: context.clock, youngMs });
    app.get(path, (c) => show(c, context, shared));
    app.get(`${path}/live`, (c) =>
      liveParts(c, context, {
        render: () => parts(c, context, shared),
        follow: (changed) => context.running.subscribe(changed),
      }));
    app.post(`${path}/mode`, (c) => setMode(c, context));
    app.post(`${path}/pause`, (c) => pause(c, context));
  },
};

async function show(c: PageContext, context: SettingsContext, shared: SharedUse<Use>) {
  const { id } = rangeOf(c.req.query("range"));
  const drawn = await parts(c, context, shared);
  return showPage(
    c,
    context,
    { title: "Overview", path: "overview", live: `${path}/live?range=${id}` },
    <>
      <SavedNotice c={c} />
      {drawn["overview-state"]}
      {drawn["overview-route"]}
      <section class="card" aria-labelledby="running">
        <h2 id="running">Requests now</h2>
        {drawn["overview-running"]}
      </section>
      <section class="card" aria-labelledby="failovers">
        <h2 id="failovers">Last failovers</h2>
        {drawn["overview-failovers"]}
      </section>
      <section class="card" aria-labelledby="use">
        <div class="row between">
          <h2 id="use">Speed and tokens</h2>
          <nav class="row" aria-label="Time shown">
            {ranges.map((range) => (
              <a
                class="button"
                href={`${path}?range=${range.id}#use`}
                aria-current={range.id === id ? "true" : undefined}
              >
                {range.label}
              </a>
            ))}
          </nav>
        </div>
        {drawn["overview-use"]}
      </section>
    </>,
  );
}

async function parts(c: PageContext, context: SettingsContext, shared: SharedUse<Use>) {
  const report = context.status();
  const now = context.clock.now();
  const range = rangeOf(c.req.query("range"));
  const use = await shared.get(range.id, () => readUse(context.usage, range, now));
  return {
    "overview-state": <State c={c} context={context} />,
    "overview-route": <Route report={report} />,
    "overview-running": <RunningTable requests={context.running.list()} now={now} />,
    "overview-failovers": <Failovers failovers={report.failovers} now={now} />,
    "overview-use": <UseView use={use} problem={context.usage.problem()} range={range} config={context.config()} />,
  } satisfies Parts;
}

function State({ c, context }: { c: PageContext; context: SettingsContext }) {
  const { csrf } = c.env;
  const { state, pause, chosenMode, modeReason, configError } = context.status();
  return (
    <section class="card" id="overview-state" aria-label="State">
      <p class="lead" role="status">{context.sentence()}.</p>
      {state === "down" && (
        <p class="row">
          <a class="button primary" href="/settings/connections">See what to do</a>
          <a class="button" href="/settings/connections/new">Add a connection</a>
        </p>
      )}
      {configError !== null && <Notice kind="error">{configError}</Notice>}
      <div class="row between">
        <form method="post" action={`${path}/mode`} class="row">
          <Hidden csrf={csrf} />
          <label for="mode">Mode</label>
          <select name="mode" id="mode" class="narrow">
            {routeModes.map((mode) => (
              <option value={mode} selected={mode === chosenMode}>{modeLabels[mode].title}</option>
            ))}
          </select>
          <button type="submit" id="set-mode">Use it</button>
        </form>
        <div class="row">
          {pause
            ? (
              <ButtonForm action={`${path}/pause`} csrf={csrf} values={{ for: "end" }} id="resume">
                Resume the cloud
              </ButtonForm>
            )
            : (
              <>
                <ButtonForm action={`${path}/pause`} csrf={csrf} values={{ for: "hour" }} id="pause-hour">
                  Only local for 1 hour
                </ButtonForm>
                <ButtonForm action={`${path}/pause`} csrf={csrf} values={{ for: "ever" }} id="pause">
                  Pause the cloud
                </ButtonForm>
              </>
            )}
        </div>
      </div>
      <p class="note">{modeLabels[chosenMode].about}{modeReason && ` Not in force now: ${modeReason}.`}</p>
    </section>
  );
}

async function setMode(c: PageContext, context: SettingsContext) {
  const mode = routeModes.find((one) => one === c.env.form?.get("mode"));
  if (mode) await context.commands.setMode(mode);
  return doneAt(c, path);
}

async function pause(c: PageContext, { commands }: SettingsContext) {
  const wanted = c.env.form?.get("for");
  if (wanted === "end") await commands.resumeCloud();
  else await commands.pauseCloud(wanted === "hour" ? 3_600_000 : undefined);
  return doneAt(c, path);
}
