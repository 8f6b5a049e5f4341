/** What the settings page is told of who asks; the door has let them in. */
export interface SettingsVisit {
  /** To be sent back with every change, as the field `csrf` of a form or the header `x-csrf-token`. */
  csrf: string;
  /** Of a form that was sent; its `csrf` was right. */
  form?: FormData;
}

/** The settings page: every path below `/settings` but the door itself. Loaded when it is first asked for. */
export type SettingsPage = (request: Request, visit: SettingsVisit) => Promise<Response>;
