import { messageOf } from "../../core/errors.ts";
import type { SettingsContext } from "../context.ts";
import { Notice } from "../layout.tsx";
import { liveParts } from "../live/live_parts.tsx";
import { doneAt, SavedNotice } from "../saved_notice.tsx";
import type { PageContext, Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { openBackends } from "./connection_fields.ts";
import { ConnectionList } from "./connection_list.tsx";
import { addEditing } from "./edit_connection.tsx";
import { addCreating } from "./new_connection.tsx";
import { moved, orderOf } from "./order.ts";
import { streamTest, wantsStream } from "./test_stream.tsx";
import { TestResult } from "./test_steps.tsx";

const path = "/settings/connections";

/** The model servers: which there are, in which order they are asked, and whether they work. */
export const connections: Section = {
  path: "connections",
  title: "Connections",
  addTo(app, context) {
    app.get(path, (c) => showList(c, context));
    app.get(`${path}/live`, (c) => liveParts(c, context, { render: () => listParts(c, context) }));
    app.post(`${path}/test/:id`, (c) => test(c, context));
    app.post(`${path}/enable/:id`, (c) => enable(c, context));
    app.post(`${path}/move/:id`, (c) => move(c, context));
    app.post(`${path}/remove/:id`, (c) => remove(c, context));
    addCreating(app, context);
    addEditing(app, context);
  },
};

function listParts(c: PageContext, context: SettingsContext) {
  const { csrf } = c.env;
  return { "connection-list": <ConnectionList report={context.status()} config={context.config()} csrf={csrf} /> };
}

function showList(c: PageContext, context: SettingsContext, notice?: unknown, status: 200 | 409 | 422 = 200) {
  const options = {
    title: "Connections",
    path: "connections",
    live: `${path}/live`,
    scripts: ["connections.js"],
    status,
  } as const;
  return showPage(
    c,
    context,
    options,
    <>
      <SavedNotice c={c} />
      {notice as never}
      <div class="row between">
        <p class="lead">The servers that answer, in the order in which they are asked.</p>
        <a class="button primary" href={`${path}/new`}>Add a connection</a>
      </div>
      {listParts(c, context)["connection-list"]}
      <p class="note">
        Connections of the preferred side come first: which that is, the mode says. In mode “fastest” the order counts
        only where two are equally fast.
      </p>
    </>,
  );
}

/** Why a change could not be made, above the list. */
function refuse(c: PageContext, context: SettingsContext, error: unknown) {
  return showList(c, context, <Notice kind="error">{`Nothing was changed: ${messageOf(error)}`}</Notice>, 409);
}

async function test(c: PageContext, context: SettingsContext) {
  const id = c.req.param("id")!;
  const { commands } = context;
  if (wantsStream(c.req.raw)) {
    return streamTest((signal, onStep) => commands.testBackend(id, signal, onStep), c.req.raw.signal);
  }
  const result = await commands.testBackend(id, c.req.raw.signal);
  if (!result) return refuse(c, context, new Error(`there is no connection "${id}" any more`));
  return showList(c, context, <TestResult test={result} />);
}

async function enable(c: PageContext, context: SettingsContext) {
  try {
    await context.commands.enableBackend(c.req.param("id")!, c.env.form?.get("enabled") === "yes");
    return doneAt(c, path);
  } catch (error) {
    return refuse(c, context, error);
  }
}

/** To a place among those of its location. Who dragged says what they saw: another order meanwhile is not undone. */
async function move(c: PageContext, context: SettingsContext) {
  const [id, to] = [c.req.param("id")!, Number(c.env.form?.get("to"))];
  const was = c.env.form?.get("was");
  try {
    if (!Number.isInteger(to)) throw new Error("the place is not a number");
    await context.configFile.modify((draft) => {
      const backends = openBackends(draft);
      const location = backends.find((one) => one.id === id)?.location ?? "local";
      if (typeof was === "string" && was !== orderOf(backends, location).join(" ")) {
        throw new Error("the order was changed meanwhile, in another window or by hand");
      }
      draft.backends = moved(backends, id, to);
    });
    return doneAt(c, path);
  } catch (error) {
    return refuse(c, context, error);
  }
}

async function remove(c: PageContext, context: SettingsContext) {
  const id = c.req.param("id")!;
  try {
    await context.configFile.modify((draft) => {
      draft.backends = openBackends(draft).filter((one) => one.id !== id);
    });
    return doneAt(c, path, "removed");
  } catch (error) {
    return refuse(c, context, error);
  }
}
