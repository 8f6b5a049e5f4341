/**
 * Which start of the machine this is; `null` where it does not tell. By a child, for with the daemon's permissions
 * nothing below /proc can be read. It gets nothing of our environment.
 */
export async function readBootId(): Promise<string | null> {
  try {
    const options: Deno.CommandOptions = { args: [bootIdFile], clearEnv: true, stdin: "null", stderr: "null" };
    const { success, stdout } = await new Deno.Command("cat", options).output();
    const id = new TextDecoder().decode(stdout).trim();
    return success && /^[0-9a-f-]{36}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

const bootIdFile = "/proc/sys/kernel/random/boot_id";
