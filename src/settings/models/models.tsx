import type { Section } from "../section.ts";
import { showPage } from "../show_page.tsx";

export const models: Section = {
  path: "models",
  title: "Models",
  addTo(app, context) {
    app.get("/settings/models", (c) => showPage(c, context, { title: "Models", path: "models" }, null));
  },
};
