import type { TrayAction } from "../tray/tray_model_types.ts";

/** Carries out what the user chose. Never rejects: what fails is logged and, where that helps, told as a notification. */
export type PerformAction = (action: TrayAction, from: { activationToken?: string }) => Promise<void>;
