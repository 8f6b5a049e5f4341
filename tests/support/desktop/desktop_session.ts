import { ProcessGroup } from "./process_group.ts";
import { SessionBus } from "./session_bus.ts";
import { XDisplay } from "./x_display.ts";
import { XScreen } from "./x_screen.ts";

const xfconf = "/usr/lib/x86_64-linux-gnu/xfce4/xfconf/xfconfd";

/** A desktop session of a test's own: folders, a bus and an X display that share nothing with the machine's. */
export class DesktopSession implements AsyncDisposable {
  /** Holds HOME and the XDG folders. */
  readonly folder: string;
  /** What its programs get, and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  readonly screen: XScreen;
  readonly bus: SessionBus;
  readonly #resources: AsyncDisposableStack;

  private constructor(parts: {
    folder: string;
    env: Record<string, string>;
    bus: SessionBus;
    resources: AsyncDisposableStack;
  }) {
    this.folder = parts.folder;
    this.env = parts.env;
    this.bus = parts.bus;
    this.screen = new XScreen(parts.env);
    this.#resources = parts.resources;
  }

  static async start({ size = "800x800" }: { size?: string } = {}): Promise<DesktopSession> {
    await using resources = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "desktop-session-" });
    resources.defer(() => removeFolder(folder));
    for (const name of ["config", "cache", "data", "state", "runtime"]) {
      await Deno.mkdir(`${folder}/${name}`, { mode: 0o700 });
    }
    const display = resources.use(await XDisplay.start({ size }));
    const programEnv = { ...foldersIn(folder), ...display.env };
    const services = { "org.xfce.Xfconf": xfconf };
    const bus = resources.use(await SessionBus.start({ folder, env: programEnv, services }));
    const env = {
      ...programEnv,
      DBUS_SESSION_BUS_ADDRESS: bus.address,
      // The machine's own services stay out of it.
      DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${folder}/no-system-bus`,
      NO_AT_BRIDGE: "1",
    };
    return new DesktopSession({ folder, env, bus, resources: resources.move() });
  }

  /** A program of this session; ended with it, or before by whoever started it. */
  start(program: string, args: readonly string[] = [], env: Record<string, string> = {}): ProcessGroup {
    return this.use(ProcessGroup.start(program, { args, env: { ...this.env, ...env }, cwd: this.folder }));
  }

  /** Ends `resource` with the session. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    return this.#resources.use(resource);
  }

  /** Writes a file of the session's folder, and the folders above it. */
  async write(path: string, text: string): Promise<string> {
    const file = `${this.folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

function foldersIn(folder: string): Record<string, string> {
  return {
    HOME: folder,
    XDG_CONFIG_HOME: `${folder}/config`,
    XDG_CACHE_HOME: `${folder}/cache`,
    XDG_DATA_HOME: `${folder}/data`,
    XDG_STATE_HOME: `${folder}/state`,
    XDG_RUNTIME_DIR: `${folder}/runtime`,
    XDG_DATA_DIRS: "/usr/local/share:/usr/share",
    XDG_CONFIG_DIRS: `${folder}/none`,
  };
}

/** Programs that end may still write a last file. */
async function removeFolder(folder: string, triesLeft = 20): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (triesLeft === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await removeFolder(folder, triesLeft - 1);
  }
}
