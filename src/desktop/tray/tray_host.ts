import type { TrayAction, TrayModel } from "./tray_model_types.ts";

/** What a host does with a click. `activationToken`: of the desktop, to be passed on to what opens a window. */
export type OnTrayAction = (action: TrayAction, from: { activationToken?: string }) => void;

/**
 * A place that shows the tray: StatusNotifierItem or GTK. The tray opens one, gives it a model at once and again after
 * each change, and closes it; a host that ends by itself (its panel's bus or process is gone) says so by `closed`, and
 * is not given a model any more.
 */
export interface TrayHost {
  /** Shows this from now on; cheap when little differs. Never throws. */
  show(model: TrayModel): void;
  /** Settles when the host has ended, whoever ended it; never rejects. */
  readonly closed: Promise<void>;
  /** Takes the icon away. */
  close(): Promise<void>;
}
