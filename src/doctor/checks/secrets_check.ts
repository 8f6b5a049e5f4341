import { clientKeyUse } from "../../config/secret_uses.ts";
import { notSet } from "../../state/secrets.ts";
import type { Check, DoctorContext, SecretsSight } from "../check.ts";
import { type Finding, found, well } from "../finding.ts";
import { shellWord } from "../shell_word.ts";

/** Whether every token that is needed is there, and kept as it should be. */
export const secretsCheck: Check = {
  name: "secrets",
  async run(context) {
    const sight = await context.secrets();
    const hasBus = (await context.bus()).kind === "there";
    const findings = [
      ...await fileFindings(sight.file, await context.uid()),
      // Without a bus there can be no keyring, as the check of the bus says.
      ...secretFindings(sight, context).filter(({ id }) => hasBus || id !== "keyring-absent"),
    ];
    if (findings.some(({ severity }) => severity !== "note")) return findings;
    const used = sight.secrets.filter(({ usedBy, home }) => usedBy.length > 0 && home !== null).length;
    const count = used === 0 ? "No token is needed" : `${used === 1 ? "The token" : `The ${used} tokens`} can be read`;
    return [...findings, well("secrets", count)];
  },
};

async function fileFindings(file: string, uid: number | undefined): Promise<Finding[]> {
  const info = await Deno.lstat(file).catch(() => undefined);
  return info ? fileFinding({ file, ...info }, uid) : [];
}

/** Pure. */
export function fileFinding(
  { file, isSymlink, mode, uid: owner }: Pick<Deno.FileInfo, "isSymlink" | "mode" | "uid"> & { file: string },
  uid: number | undefined,
): Finding[] {
  const word = shellWord(file);
  const away = { run: `mv ${word} ${word}.old` };
  if (isSymlink) return [found("secrets-owner", `The file of secrets ${file} is a link, and is not used`, away)];
  if (uid !== undefined && owner !== null && owner !== uid) {
    return [found("secrets-owner", `The file of secrets ${file} belongs to another user, and is not used`, away)];
  }
  const bits = (mode ?? 0) & 0o777;
  if ((bits & 0o077) === 0) return [];
  const what = `Other users can read the tokens in ${file} (mode ${bits.toString(8)}), so they are not used`;
  return [found("secrets-open", what, { run: `chmod 600 ${word}` })];
}

/** Pure. */
export function secretFindings(
  { keyring, secrets, file }: SecretsSight,
  { commands: { program } }: Pick<DoctorContext, "commands">,
): Finding[] {
  const findings: Finding[] = [];
  for (const { name, usedBy, problem } of secrets) {
    // A file that is not fit is told once, by itself.
    if (problem === null || problem.includes(file)) continue;
    if (keyring.state === "locked" && problem !== notSet) continue;
    const user = usedBy.includes(clientKeyUse) ? "programs" : `the connection ${usedBy.join(", ")}`;
    const run = `${program} secret set ${name}${keyring.state === "absent" ? " --insecure-file" : ""}`;
    if (problem === notSet) {
      const where = keyring.state === "absent" ? `; there is no keyring, so it will lie in a file of yours` : "";
      findings.push(found("secret-missing", `The token "${name}" for ${user} is not set${where}`, { run }));
    } else {findings.push(
        found("secret-unusable", `The token "${name}" for ${user} cannot be used: ${problem}`, { run }),
      );}
  }
  const isNeeded = secrets.some(({ usedBy, home }) => usedBy.length > 0 && home !== "environment" && home !== "file");
  if (keyring.state === "locked" && isNeeded) {
    const step = "Unlock it: log in to the desktop, or open the program that manages your passwords";
    findings.push(found("keyring-locked", "The keyring with your tokens is locked", { step }));
  }
  if (keyring.state === "absent") {
    const step =
      "Tokens can lie in a file or in the environment; a keyring comes with gnome-keyring, KWallet or KeePassXC";
    findings.push(found("keyring-absent", sentence(keyring.detail), { step }));
  }
  return findings;
}

function sentence(text: string): string {
  return text.replace(/\.\s*$/, "");
}
