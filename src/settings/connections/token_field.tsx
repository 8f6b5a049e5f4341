import { secretVariable } from "../../config/secrets_env.ts";
import type { KeyringStatus, SecretStatus } from "../../state/secrets.ts";
import type { Preset } from "../../state/presets.ts";

interface TokenFieldProps {
  /** What is known of the connection's token. */
  status: SecretStatus | undefined;
  keyring: KeyringStatus;
  /** Where it is kept without a keyring, if the user agrees. */
  file: string;
  preset?: Preset;
  problem?: string;
}

/** Takes a token and never shows one: what is typed goes into the keyring, or into a file if the user agrees. */
export function TokenField({ status, keyring, file, preset, problem }: TokenFieldProps) {
  const described = ["token-help", ...(problem ? ["token-problem"] : [])].join(" ");
  return (
    <>
      <div class={`field ${problem ? "invalid" : ""}`}>
        <label for="token">Token</label>
        <p class="help" id="token-help">
          {help(status, preset)}
          {preset?.tokenFrom && (
            <>
              {" "}
              <a href={preset.tokenFrom} rel="noreferrer noopener" target="_blank">Get one</a>
            </>
          )}
        </p>
        <input
          type="password"
          id="token"
          name="token"
          autocomplete="off"
          spellcheck={false}
          aria-describedby={described}
          aria-invalid={problem ? "true" : undefined}
        />
        {problem && <p class="problem" id="token-problem">{problem}</p>}
        {problem && <input type="hidden" name="tokenRefused" value="yes" />}
      </div>
      {keyring.state === "locked" && (
        <p class="note">{keyring.detail}. When you save a token, your desktop asks you to unlock it.</p>
      )}
      {keyring.state === "absent" && <Consent keyring={keyring} file={file} />}
    </>
  );
}

function Consent({ keyring, file }: { keyring: KeyringStatus; file: string }) {
  return (
    <div class="field switch">
      <input type="checkbox" id="insecureFile" name="insecureFile" aria-describedby="insecureFile-help" />
      <label for="insecureFile">Keep the token in a file that only I can read</label>
      <p class="help" id="insecureFile-help">
        {keyring.detail}. The file <code>{file}</code>{" "}
        is not encrypted: programs that you start can read it. Without this, set the token in the environment of the
        daemon.
      </p>
    </div>
  );
}

function help(status: SecretStatus | undefined, preset: Preset | undefined): string {
  switch (status?.home) {
    case "environment":
      return `It comes from the environment variable ${
        secretVariable(status.name)
      }, which counts before anything typed here.`;
    case "keyring":
      return "One is kept in your keyring. Leave this empty to keep it.";
    case "file":
      return "One is kept in a file that only you can read. Leave this empty to keep it.";
    case "memory":
      return "The desktop app gave one, which is held until the daemon ends. Leave this empty to go on with it.";
    default:
      if (status?.problem) return `${status.problem}.`;
      return preset?.needsToken ? "This service asks for one." : "Leave this empty where none is asked for.";
  }
}
