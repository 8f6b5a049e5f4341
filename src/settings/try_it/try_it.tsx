import { listModels } from "../../broker/models.ts";
import type { SettingsContext } from "../context.ts";
import { Hidden } from "../form/form_view.tsx";
import { liveParts } from "../live/live_parts.tsx";
import type { PageContext, Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { askModel, backendIds, passedOn, readQuestion } from "./ask_model.ts";
import { ModelChoice, NoModel } from "./model_choice.tsx";
import { type PlainAnswer, plainAnswer } from "./plain_answer.ts";
import { PlainAnswerView } from "./plain_answer_view.tsx";
import { AwayState, TakeAway } from "./take_away.tsx";

const here = "/settings/try";

export const tryIt: Section = {
  path: "try",
  title: "Try it",
  addTo(app, context) {
    app.get(here, (c) => showTry(c, context, { chosen: c.req.query("model"), away: [] }));
    app.get(`${here}/live`, (c) => live(c, context));
    app.post(`${here}/chat`, (c) => chat(c, context));
    app.post(here, (c) => plain(c, context));
  },
};

/** Asks for the script of the page, and passes the answer on as it comes. */
async function chat(c: PageContext, context: SettingsContext): Promise<Response> {
  const question = readQuestion(await c.req.json().catch(() => undefined));
  if (!question) return c.json({ error: "The page sent no question; load it again" }, 400);
  return passedOn(await askModel(context, question, c.req.raw.signal));
}

/** The same without a script: the answer is a whole page. */
async function plain(c: PageContext, context: SettingsContext): Promise<Response> {
  const { form } = c.env;
  const [model, content] = [String(form?.get("model") ?? ""), String(form?.get("message") ?? "").trim()];
  const without = backendIds(form?.getAll("without"));
  const shown = { chosen: model, away: without };
  if (content === "") return await showTry(c, context, { ...shown, problem: "Write a message first." });
  if (model === "") return await showTry(c, context, { ...shown, problem: "Choose a model first.", draft: content });
  const question = { model, messages: [{ role: "user" as const, content }], without, stream: false };
  const answer = await plainAnswer(content, await askModel(context, question, c.req.raw.signal));
  return await showTry(c, context, { ...shown, answer });
}

interface TryState {
  chosen?: string;
  /** Backends that are taken away. */
  away: readonly string[];
  answer?: PlainAnswer;
  problem?: string;
  draft?: string;
}

async function showTry(
  c: PageContext,
  context: SettingsContext,
  { chosen, away, answer, problem, draft = "" }: TryState,
): Promise<Response> {
  const models = await context.models();
  const options = {
    title: "Try it",
    path: "try",
    live: `${here}/live`,
    scripts: ["try_it.js"],
    status: problem ? 422 as const : undefined,
  };
  return showPage(
    c,
    context,
    options,
    <>
      <p class="help">
        Ask a model and see who answers. Your words go where any program's would; this page keeps them until you close
        its tab.
      </p>
      <NoModel models={models} sentence={context.sentence()} />
      <div id="conversation" role="log" aria-label="Conversation" tabindex={0}>
        {answer && <PlainAnswerView answer={answer} />}
      </div>
      <p id="try-status" class="note" role="status"></p>
      <form id="try-form" method="post" action={here} class="card composer" novalidate>
        <Hidden csrf={c.env.csrf} />
        <div class="field">
          <label for="try-model">Model</label>
          <ModelChoice models={models} chosen={chosen} />
        </div>
        <div class={problem ? "field invalid" : "field"}>
          <label for="message">Message</label>
          <textarea
            id="message"
            name="message"
            rows={3}
            dir="auto"
            aria-describedby={problem ? "message-problem" : "message-help"}
            aria-invalid={problem ? "true" : undefined}
          >
            {draft}
          </textarea>
          <p class="help" id="message-help" data-needs-script hidden>
            Enter sends, Shift+Enter begins a new line.
          </p>
          {problem && <p class="problem" id="message-problem">{problem}</p>}
        </div>
        <TakeAway backends={context.status().backends} away={away} />
        <p class="actions">
          <button type="submit" class="primary" id="send">Send</button>
          <button type="button" id="stop" data-needs-script hidden disabled>Stop</button>
          <button type="button" id="take-away-now" class="danger" data-needs-script hidden disabled>
            Take it away now
          </button>
          <button type="button" id="new-conversation" data-needs-script hidden>New conversation</button>
        </p>
      </form>
    </>,
  );
}

function live(c: PageContext, context: SettingsContext): Response {
  return liveParts(c, context, {
    render() {
      const { backends, mode } = context.store.state;
      const models = listModels(backends, { mode, now: context.clock.monotonic() });
      const states = context.status().backends.filter(({ enabled }) => enabled).map((backend) =>
        [`away-state-${backend.id}`, <AwayState backend={backend} />] as const
      );
      return {
        "try-model": <ModelChoice models={models} />,
        "try-none": <NoModel models={models} sentence={context.sentence()} />,
        ...Object.fromEntries(states),
      };
    },
  });
}
