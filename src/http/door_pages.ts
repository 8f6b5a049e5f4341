import { html } from "@hono/hono/html";

/** The few pages that are shown outside the door; what is inside is in src/settings. Texts are escaped by `html`. */

/** For who has no session: how to get one. */
export function lockedPage(status: number, reason = "You are not signed in, or not any more"): Response {
  return page(
    status,
    "The settings are locked",
    html`
      <p>${reason}. Open them from the icon in the tray, or with this command:</p>
      <p><code>cloudtolocalllm settings</code></p>
      <p class="note">A link opens the settings once, within a minute. You stay signed in until the daemon ends, or until
              12 hours without use have passed.</p>
    `,
  );
}

/** A short text in place of the page. */
export function messagePage(status: number, title: string, words: string): Response {
  return page(
    status,
    title,
    html`
      <p>${words}.</p>
      <p><a href="/settings">Back to the settings</a></p>
    `,
  );
}

/** Lets the browser ask once more, from here: then it brings its cookie. */
export function continuePage(): Response {
  const body = html`<p><a href="/settings">Go on to the settings</a></p>`;
  return page(200, "CloudToLocalLLM", body, html`<meta http-equiv="refresh" content="0;url=/settings" />`);
}

type Html = ReturnType<typeof html>;

function page(status: number, title: string, body: Html, head: Html | string = ""): Response {
  const text = html`<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    ${head}
    <title>${title}</title>
    <link rel="stylesheet" href="/settings/assets/settings.css" />
    <link rel="icon" href="/settings/assets/icon.svg" />
  </head>
  <body class="outside">
    <main><h1>${title}</h1>${body}</main>
  </body>
</html>`;
  return new Response(String(text), { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
