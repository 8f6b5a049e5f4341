import type { SettingsContext } from "../context.ts";
import { localAddress } from "../../core/loopback.ts";
import { CopyButton } from "../copy_button.tsx";
import { FileTrouble } from "../file_trouble.tsx";
import { FormView } from "../form/form_view.tsx";
import type { FormState } from "../form/save_form.ts";
import { Notice } from "../layout.tsx";
import { SavedNotice } from "../saved_notice.tsx";
import type { PageContext } from "../section.ts";
import { awaitsRestart } from "./awaits_restart.ts";
import { advanced, appearance, listening } from "./desktop_fields.ts";
import { LoginStartPart } from "./login_start_part.tsx";
import { clientSnippets } from "../../state/client_snippets.ts";

interface DesktopViewProps {
  c: PageContext;
  context: SettingsContext;
  states: Record<"appearance" | "listening" | "advanced", FormState>;
  isLoginStart: boolean;
  /** Why start at login could not be changed. */
  loginProblem?: string;
}

export function DesktopView({ c, context, states, isLoginStart, loginProblem }: DesktopViewProps) {
  const { csrf } = c.env;
  return (
    <>
      <SavedNotice c={c} />
      <FileTrouble context={context} />
      <section class="card">
        <h2>On your desktop</h2>
        <FormView action="/settings/desktop/appearance" csrf={csrf} fields={appearance} state={states.appearance} />
      </section>
      <section class="card">
        <h2>Start at login</h2>
        {loginProblem !== undefined && <Notice kind="error">Nothing was changed. {loginProblem}.</Notice>}
        <LoginStartPart csrf={csrf} isEnabled={isLoginStart} />
        <p class="note">
          By a systemd unit where systemd starts your session, else by an entry in your autostart folder. What you
          changed in them by hand stays.
        </p>
      </section>
      <Address context={context} />
      <section class="card">
        <h2>Where the daemon listens</h2>
        <RestartNotice context={context} state={states.listening} />
        <FormView action="/settings/desktop/listening" csrf={csrf} fields={listening} state={states.listening} />
        <details id="advanced" open={isWrong(states.advanced)}>
          <summary>Advanced</summary>
          <FormView action="/settings/desktop/advanced" csrf={csrf} fields={advanced} state={states.advanced} />
        </details>
      </section>
    </>
  );
}

function Address({ context }: { context: SettingsContext }) {
  const address = reachableAt(context.status().listen);
  const lines = clientSnippets({ address, needsKey: context.config().listen.clientKey !== null });
  return (
    <section class="card">
      <h2>Point your programs here</h2>
      <p class="row">
        <code class="lead" id="address">{address}</code>
        <CopyButton from="address" what="the address" />
      </p>
      <p class="note">It speaks as Ollama does, and below /v1 as OpenAI does.</p>
      <ul class="ready">
        {lines.map(({ id, program, where, text }) => (
          <li>
            <div class="row between">
              <h3>{program}</h3>
              <CopyButton from={id} what={`the lines for ${program}`} />
            </div>
            <p class="note">{where}</p>
            <pre id={id}>{text}</pre>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where programs of this machine find the daemon, also when it listens on all its addresses. */
function reachableAt(listenUrl: string): string {
  const { hostname, port } = new URL(listenUrl);
  const local = localAddress(hostname.replace(/^\[|\]$/g, ""));
  return `http://${local.includes(":") ? `[${local}]` : local}${port === "" ? "" : `:${port}`}`;
}

/** As the file says; what stands in a form that was refused is in no file. */
function RestartNotice({ context, state: { was } }: { context: SettingsContext; state: FormState }) {
  const { listen } = context.status();
  const { host, port } = context.config().listen;
  const written = { host: textOf(was["listen.host"], host), port: Number(was["listen.port"] ?? port) };
  if (!awaitsRestart(listen, written)) return null;
  return (
    <Notice kind="info" id="awaits-restart">
      The daemon still listens on{" "}
      {listen}. Restart it to have it elsewhere (cloudtolocalllm restart); until then use that address.
    </Notice>
  );
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function isWrong({ problems, notices }: FormState): boolean {
  return Object.keys(problems).length + notices.length > 0;
}
