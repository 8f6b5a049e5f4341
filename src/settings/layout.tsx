import type { PropsWithChildren } from "@hono/hono/jsx";
import type { SettingsContext } from "./context.ts";
import { sections } from "./sections.ts";
import type { PageOptions } from "./show_page.tsx";
import { StatePill } from "./state_pill.tsx";

type LayoutProps = PropsWithChildren<{ options: PageOptions; csrf: string; context: SettingsContext }>;

/** What every page has around it. Without a script it is complete; base.js makes it live. */
export function Layout({ options, csrf, context, children }: LayoutProps) {
  const { title, path, live, scripts = [] } = options;
  const report = context.status();
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="csrf" content={csrf} />
        <title>{title} · CloudToLocalLLM</title>
        <link rel="stylesheet" href="/settings/assets/settings.css" />
        <link rel="icon" href="/settings/assets/icon.svg" />
        {["base.js", ...scripts].map((name) => <script type="module" src={`/settings/assets/${name}`}></script>)}
      </head>
      <body data-live={live} data-daemon={`${report.pid}-${context.startedAt}`}>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/settings/overview">
            <img src="/settings/assets/icon.svg" alt="" width="32" height="32" />
            <span>CloudToLocalLLM</span>
          </a>
          <StatePill report={report} />
        </header>
        <nav class="sections" aria-label="Settings">
          <ul>
            {sections.map((section) => (
              <li>
                <a href={`/settings/${section.path}`} aria-current={section.path === path ? "page" : undefined}>
                  {section.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <main id="content" tabindex={-1}>
          <div id="connection" class="notice warning" role="status" hidden></div>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

type NoticeProps = PropsWithChildren<{ kind: "ok" | "warning" | "error" | "info"; id?: string }>;

/** A sentence that the user should not miss. Errors are read out at once. */
export function Notice({ kind, id, children }: NoticeProps) {
  return <div class={`notice ${kind}`} id={id} role={kind === "error" ? "alert" : "status"}>{children}</div>;
}
