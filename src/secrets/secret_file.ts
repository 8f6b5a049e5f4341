/** Where the file of secrets is, in the program's state folder. */
export function secretFile(stateDir: string): string {
  return `${stateDir}/secrets.json`;
}
