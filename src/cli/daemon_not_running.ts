/** No daemon answers. Ends the command line with status 3. */
export class DaemonNotRunning extends Error {
  override readonly name = "DaemonNotRunning";
}
