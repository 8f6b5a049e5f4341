import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const tryIt: Section = {
  path: "try",
  title: "Try it",
  addTo(app, context) {
    app.get("/settings/try", (c) => showPage(c, context, { title: "Try it", path: "try" }, null));
  },
};
