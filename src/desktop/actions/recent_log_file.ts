import { writeAtomic } from "../../config/atomic_file.ts";
import type { DesktopContext } from "../context.ts";

/**
 * Writes the last lines of the log into a file that only its user can read, beside the session's other files of ours,
 * and gives its path. Its name ends so that a text editor is what opens it.
 */
export async function writeRecentLog({ runtimeDir, recentLog }: DesktopContext): Promise<string> {
  const path = `${runtimeDir}/recent-log.txt`;
  await writeAtomic(path, recentLog(), { mode: 0o600, followLink: false });
  return path;
}
