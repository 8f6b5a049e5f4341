import type { Context, Hono } from "@hono/hono";
import type { SettingsVisit } from "../state/settings_visit.ts";
import type { SettingsContext } from "./context.ts";

/** Hono's types for this page: who asks is the environment of a request. */
export interface SettingsEnv {
  Bindings: SettingsVisit;
}

export type SettingsApp = Hono<SettingsEnv>;
export type PageContext = Context<SettingsEnv>;

/** One page of the settings, with what is sent to it. */
export interface Section {
  /** Last part of its address: `/settings/<path>`. */
  path: string;
  title: string;
  /** Adds its routes, whose paths begin with `/settings/<path>`. */
  addTo(app: SettingsApp, context: SettingsContext): void;
}
