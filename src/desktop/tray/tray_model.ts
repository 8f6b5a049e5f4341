import type { StatusReport } from "../../state/status.ts";
import { plainLine, withoutMarkup } from "../plain_line.ts";
import { trayIcon } from "./tray_icon.ts";
import { trayMenu, type TrayMenuOptions } from "./tray_menu.ts";
import type { IconColour, TrayModel } from "./tray_model_types.ts";
import { traySentence } from "./tray_sentence.ts";
import { iconWords } from "./tray_words.ts";

const longestTooltip = 200;

export interface TrayModelOptions extends TrayMenuOptions {
  colour: IconColour;
}

/** What the tray shows of this report. The same report and options give the same model, however often asked. */
export function trayModel(report: StatusReport, { colour, ...options }: TrayModelOptions): TrayModel {
  const icon = trayIcon(report);
  return {
    icon,
    colour,
    title: `CloudToLocalLLM: ${iconWords[icon]}`,
    tooltip: [traySentence(report, options.now), ...appWords(report)]
      .map((line) => withoutMarkup(plainLine(line, longestTooltip))).join("\n"),
    menu: trayMenu(report, options),
  };
}

/** What the app would have the tray say stands beside the truth, not in its place. */
function appWords({ app }: StatusReport): string[] {
  return app?.tooltip ? [app.tooltip] : [];
}
