/** `problem`: something does not work; `warning`: something is missing or soon goes wrong; `note`: good to know. */
export type Severity = "problem" | "warning" | "note" | "ok";

interface KnownFinding {
  severity: Exclude<Severity, "ok">;
  /** What it means, for the documentation. */
  meaning: string;
  /** What is done about it, for the documentation; on the machine the remedy names paths, processes and addresses. */
  remedy: string;
}

const problem = (meaning: string, remedy: string) => ({ severity: "problem", meaning, remedy } as const);
const warning = (meaning: string, remedy: string) => ({ severity: "warning", meaning, remedy } as const);
const note = (meaning: string, remedy: string) => ({ severity: "note", meaning, remedy } as const);

/** Everything that the doctor can find, in the order in which it is told; docs/DOCTOR.md has its table from here. */
export const catalogue = {
  "daemon-off": warning("The daemon is not running", "start it"),
  "daemon-gone": problem("The daemon ended without tidying up: it was killed, or it crashed", "start it again"),
  "daemon-silent": problem("The daemon runs and does not answer", "restart it"),
  "daemon-unreachable": problem(
    "A daemon runs, but commands do not find it: it left no control.json where they look",
    "restart it",
  ),
  "control-unfit": problem("control.json is not what a daemon writes, or cannot be read", "remove it, then restart"),
  "control-open": problem("Other users can read the daemon's token", "restart the daemon: it makes another token"),
  "daemon-version": warning("The running daemon is of another version than this program", "restart it"),
  "crashes-often": warning("The daemon crashed three times or more within a day", "read the log"),
  "last-crash": note("A run of the daemon crashed in the last seven days", "read the log"),
  "part-failed": warning("A part of the daemon has failed; it is tried again by itself", "read the log"),
  "port-held": problem("Another program holds the daemon's port", "end it, or choose another port"),
  "port-held-by-ollama": problem("Ollama holds the daemon's port", "end it and start it at its own port, 11434"),
  "port-forbidden": problem("The system lets no user's program listen on the port", "choose a port from 1024 on"),
  "address-not-here": problem("listen.host is no address of this machine", "correct listen.host"),
  "config-broken": problem("The configuration cannot be used", "correct the place that is named"),
  "config-refused": problem("The running daemon does not use the changed configuration", "correct what it says"),
  "config-open": problem("Other users can change the configuration", "chmod go-w"),
  "restart-needed": note("The daemon does not listen where the configuration says", "restart it"),
  "folder-owner": problem("A folder of the program belongs to another user", "chown"),
  "folder-locked": problem("A folder of the program cannot be written to", "chmod u+rwx"),
  "folder-open": problem("Other users can write to a folder of the program", "chmod go-w"),
  "folder-none": problem("A folder of the program is not there and cannot be made", "make it"),
  "not-a-folder": problem("A file is where a folder of the program has to be", "move it away"),
  "secrets-open": problem("Other users can read the file of secrets", "chmod 600"),
  "secrets-owner": problem("The file of secrets belongs to another user, or is a link", "move it away"),
  "disk-full": problem("No space is left for the program's files", "free some"),
  "disk-low": warning("Little space is left for the program's files", "free some"),
  "clock-wrong": problem("The clock is wrong: secure connections fail", "let it be set by the network"),
  "ollama-missing": problem("Ollama is not installed, and nothing else can answer", "install it"),
  "ollama-off": problem("Ollama is not running where a connection expects it", "start it"),
  "ollama-elsewhere": problem(
    "Ollama answers, but not where the connection looks for it",
    "correct the connection's url",
  ),
  "ollama-empty": warning("Ollama has no model", "ollama pull llama3.2"),
  "ollama-unused": note("Ollama is not installed; another connection is asked in its place", "install it"),
  "ollama-host": problem(
    "Ollama is not running, and OLLAMA_HOST is the daemon's address, whose port `ollama serve` would take",
    "start Ollama at its own port",
  ),
  "no-backend": problem("No connection is switched on", "add one with setup"),
  "backend-unreachable": problem("A connection does not answer", "as its test says"),
  "backend-token": problem("A server refuses its token", "set a new one"),
  "backend-models": warning("A connection has no models, or not those that are mapped", "as its test says"),
  "secret-missing": problem("A token that is needed is not set", "set it"),
  "secret-unusable": problem("A token that is needed cannot be read", "as it says"),
  "keyring-locked": warning("The keyring is locked", "unlock it"),
  "keyring-absent": note("There is no keyring", "install one, or keep tokens in a file or the environment"),
  "bus-none": note("The session has no message bus: no tray, notifications and keyring", "name its address"),
  "bus-unreachable": problem("The session's message bus does not answer at its address", "name the right address"),
  "tray-gnome": warning("GNOME shows no tray icons without its AppIndicator extension", "install or enable it"),
  "tray-no-panel": warning("No panel shows tray icons", "start one that does"),
  "tray-no-gtk": warning("No panel takes tray icons, and GTK 3 for the older way is not installed", "install it"),
  "tray-off": note("The tray is switched off in the configuration", "switch it on in the settings"),
  "no-desktop": note("There is no desktop in this session: the daemon works without", "none is needed"),
  "autostart-twice": warning("Two entries start the daemon at login", "remove one"),
  "autostart-dead": warning("What starts the daemon at login leads to a program that is gone", "write it anew"),
  "predecessor-runs": problem("The program that this one replaces runs", "end it"),
  "predecessor-starts": warning("The program that this one replaces starts at login", "switch that off"),
  "predecessor-settings": note("Settings of the program that this one replaces are there", "take them over"),
  "port-file-stale": warning(
    "The port file of the desktop app leads nowhere",
    "remove it; where the daemon runs, restart that",
  ),
  "proxy-catches-loopback": warning(
    "A proxy is set for all addresses: other programs may ask it for the daemon",
    "except this machine with NO_PROXY",
  ),
  "runtime-old": warning("The runtime is older than the one that this program is made for", "update it"),
  "check-failed": warning("A check could not be made", "see its words"),
} satisfies Record<string, KnownFinding>;

export type FindingId = keyof typeof catalogue;
