import { timeText } from "../../core/time_of_day.ts";
import { routeModes } from "../../core/types.ts";
import type { SettingsContext } from "../context.ts";
import { ButtonForm, Hidden } from "../form/form_view.tsx";
import { modeLabels } from "../mode_labels.ts";

/** What goes to the cloud now, and what the user can do about it at once. Changes elsewhere are seen here. */
export function ModePart({ csrf, context }: { csrf: string; context: SettingsContext }) {
  const { chosenMode } = context.status();
  return (
    <section class="card" id="mode">
      <h2>Who answers</h2>
      <InForce context={context} />
      <form method="post" action="/settings/privacy/mode" class="modes">
        <Hidden csrf={csrf} />
        {routeModes.map((mode) => (
          <button
            type="submit"
            name="mode"
            value={mode}
            id={`mode-${mode}`}
            aria-pressed={mode === chosenMode ? "true" : "false"}
          >
            <strong>{modeLabels[mode].title}</strong>
            <span>{modeLabels[mode].about}</span>
          </button>
        ))}
      </form>
      <PauseRow csrf={csrf} context={context} />
    </section>
  );
}

function InForce({ context }: { context: SettingsContext }) {
  const { mode, chosenMode, modeReason } = context.status();
  if (modeReason === null) return null;
  return (
    <p class="notice warning">
      Now it is <strong>{modeLabels[mode].title.toLowerCase()}</strong>, for {modeReason}. You chose{" "}
      {modeLabels[chosenMode].title.toLowerCase()}.
    </p>
  );
}

function PauseRow({ csrf, context }: { csrf: string; context: SettingsContext }) {
  const { pause } = context.status();
  const action = "/settings/privacy/pause";
  if (pause) {
    const end = pause.until === null ? "until you resume it" : `until ${shortTime(pause.until, context)}`;
    return (
      <div class="row">
        <span>The cloud is paused {end}.</span>
        <ButtonForm action={action} csrf={csrf} values={{ for: "over" }} kind="primary" id="pause-over">
          Resume the cloud
        </ButtonForm>
      </div>
    );
  }
  return (
    <div class="row">
      <span>Pause the cloud, so that nothing leaves this machine:</span>
      <ButtonForm
        action={action}
        csrf={csrf}
        values={{ for: "hour" }}
        id="pause-hour"
        label="Pause the cloud for 1 hour"
      >
        For 1 hour
      </ButtonForm>
      <ButtonForm
        action={action}
        csrf={csrf}
        values={{ for: "good" }}
        id="pause-good"
        label="Pause the cloud until I resume it"
      >
        Until I resume it
      </ButtonForm>
    </div>
  );
}

function shortTime(at: string, { clock }: Pick<SettingsContext, "clock">): string {
  return timeText(Date.parse(at), clock.now());
}
