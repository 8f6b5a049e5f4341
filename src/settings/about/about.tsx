import { liveParts } from "../live/live_parts.tsx";
import { stampOf } from "../logs/bug_report.ts";
import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";
import { AboutView, Configuration, Parts, Run } from "./about_view.tsx";
import { diagnostics } from "./diagnostics.ts";

const path = "/settings/about";

/** What runs here, where its files are, whose work is in it, and what helps to find a fault. */
export const about: Section = {
  path: "about",
  title: "About",
  addTo(app, context) {
    app.get(path, (c) => {
      const options = { title: "About", path: "about", live: `${path}/live` };
      return showPage(c, context, options, <AboutView csrf={c.env.csrf} context={context} />);
    });
    app.get(`${path}/live`, (c) =>
      liveParts(c, context, {
        render: () => ({
          run: <Run context={context} />,
          configuration: <Configuration context={context} />,
          parts: <Parts context={context} />,
        }),
      }));
    app.get(`${path}/diagnostics`, async (c) => {
      const text = JSON.stringify(await diagnostics(context), null, 2) + "\n";
      const name = `cloudtolocalllm-diagnostics-${stampOf(context.clock.now())}.json`;
      return c.body(text, 200, {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="${name}"`,
      });
    });
  },
};
