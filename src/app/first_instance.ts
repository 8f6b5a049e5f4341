/** For the second start of the program: what lets the first daemon open its settings. */
export { openSettingsOfFirst } from "../desktop/daemon_object/open_settings_of_first.ts";
