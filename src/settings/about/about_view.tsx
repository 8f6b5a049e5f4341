import type { SettingsContext } from "../context.ts";
import { CopyButton } from "../copy_button.tsx";
import { ButtonForm } from "../form/form_view.tsx";
import { Notice } from "../layout.tsx";
import { carriedPackages, mitText, ownCopyright } from "./licences.ts";
import { uptimeWords } from "./uptime_words.ts";

const website = "https://cloudtolocalllm.online";

interface AboutViewProps {
  csrf: string;
  context: SettingsContext;
}

export function AboutView({ csrf, context }: AboutViewProps) {
  return (
    <>
      <Run context={context} />
      <Configuration context={context} />
      <Parts context={context} />
      <PathsCard context={context} />
      <section class="card">
        <h2>When something is wrong</h2>
        <p>
          The diagnostics are one file: version, state, configuration, the last lines of the log. Tokens are taken out
          and your home folder is written as ~. It names your servers and models, so look through it before you send it.
        </p>
        <p class="row">
          <a class="button" href="/settings/about/diagnostics">Download diagnostics</a>
          <a class="button" href="/settings/logs">Look at the log</a>
        </p>
      </section>
      <section class="card">
        <h2>This browser</h2>
        <p>Signed in until the daemon ends, or until 12 hours without use have passed.</p>
        <ButtonForm action="/settings/leave" csrf={csrf} id="leave">Sign out</ButtonForm>
      </section>
      <Licences />
    </>
  );
}

export function Run({ context: { status, version } }: { context: SettingsContext }) {
  const { uptimeMs, pid, listen } = status();
  return (
    <section class="card" id="run">
      <h2>CloudToLocalLLM {version}</h2>
      <dl class="facts">
        <dt>Running for</dt>
        <dd>{uptimeWords(uptimeMs)}</dd>
        <dt>Process</dt>
        <dd>{pid}</dd>
        <dt>Address</dt>
        <dd>
          <code>{listen}</code>
        </dd>
        <dt>Website</dt>
        <dd>
          <a href={website} rel="noreferrer noopener" target="_blank">{website.replace("https://", "")}</a>
        </dd>
      </dl>
    </section>
  );
}

export function Configuration({ context: { status } }: { context: SettingsContext }) {
  const { configError } = status();
  return (
    <section class="card" id="configuration">
      <h2>Configuration</h2>
      {configError === null ? <p>The file is in use as it is.</p> : (
        <Notice kind="error">
          <p>The file was changed to something that cannot be used. What was in force before goes on.</p>
          <pre class="problem-text">{configError}</pre>
        </Notice>
      )}
    </section>
  );
}

/** What may fail without the others. */
export function Parts({ context: { status } }: { context: SettingsContext }) {
  return (
    <section class="card" id="parts">
      <h2>Parts</h2>
      <p>Each may fail without the others, and is tried again by itself; requests go on meanwhile.</p>
      <div class="scroll" tabindex={0} role="region" aria-label="Parts of the daemon">
        <table>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">Failures</th>
            </tr>
          </thead>
          <tbody>
            {status().parts.map(({ name, state, reason, failures }) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{state}</td>
                <td>{reason ?? ""}</td>
                <td class="number">{failures}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PathsCard({ context: { configFile, paths } }: { context: SettingsContext }) {
  const rows = [
    ["path-config", "Configuration file", configFile.path],
    ["path-state", "What it remembers", paths.stateDir],
    ["path-runtime", "While it runs", paths.runtimeDir],
  ] as const;
  return (
    <section class="card">
      <h2>Files</h2>
      <dl class="facts">
        {rows.map(([id, label, path]) => (
          <>
            <dt>{label}</dt>
            <dd class="row">
              <code id={id}>{path}</code>
              <CopyButton from={id} what={`the path: ${label}`} />
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}

function Licences() {
  return (
    <section class="card">
      <h2>Licences</h2>
      <p>CloudToLocalLLM is free software under the MIT licence. Copyright (c) {ownCopyright}.</p>
      <p>It carries the work of others, each under the MIT licence too:</p>
      <div class="scroll" tabindex={0} role="region" aria-label="Packages and their licences">
        <table>
          <thead>
            <tr>
              <th scope="col">Package</th>
              <th scope="col">Version</th>
              <th scope="col">What it does here</th>
              <th scope="col">Licence</th>
              <th scope="col">Copyright</th>
            </tr>
          </thead>
          <tbody>
            {carriedPackages().map(({ name, version, what, licence, copyright, home }) => (
              <tr>
                <td>
                  <a href={home} rel="noreferrer noopener" target="_blank">{name}</a>
                </td>
                <td>{version}</td>
                <td>{what}</td>
                <td>{licence}</td>
                <td>{copyright}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details id="mit">
        <summary>The text of the MIT licence</summary>
        {mitText.map((paragraph) => <p class="note">{paragraph}</p>)}
      </details>
    </section>
  );
}
