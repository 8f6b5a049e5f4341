import type { Child } from "@hono/hono/jsx";
import type { SettingsContext } from "./context.ts";
import { Layout } from "./layout.tsx";
import { rendered } from "./rendered.ts";
import type { PageContext } from "./section.ts";

export interface PageOptions {
  title: string;
  /** Of the section that is shown; marks it in the navigation. */
  path?: string;
  /** Where the page hears what changes (live/live_parts.ts). */
  live?: string;
  /** Scripts of this page beside base.js, names of assets. */
  scripts?: readonly string[];
  status?: 200 | 403 | 404 | 409 | 422 | 503;
}

/** A whole page with `body` in it. */
export async function showPage(
  c: PageContext,
  context: SettingsContext,
  options: PageOptions,
  body: Child,
): Promise<Response> {
  const page = (
    <Layout options={options} csrf={c.env.csrf} context={context}>
      {body}
    </Layout>
  );
  return c.html(`<!DOCTYPE html>${await rendered(page)}`, options.status ?? 200);
}
