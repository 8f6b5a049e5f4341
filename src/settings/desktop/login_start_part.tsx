import { ButtonForm } from "../form/form_view.tsx";

interface LoginStartPartProps {
  csrf: string;
  isEnabled: boolean;
}

/** The same switch as in the tray's menu, which may be used there meanwhile. */
export function LoginStartPart({ csrf, isEnabled }: LoginStartPartProps) {
  return (
    <div id="login-start" class="row between">
      <span>
        The daemon <strong>{isEnabled ? "starts" : "does not start"}</strong> when you log in.
      </span>
      <ButtonForm
        action="/settings/desktop/login-start"
        csrf={csrf}
        values={{ on: isEnabled ? "no" : "yes" }}
        id="login-start-switch"
      >
        {isEnabled ? "Do not start it at login" : "Start it at login"}
      </ButtonForm>
    </div>
  );
}
