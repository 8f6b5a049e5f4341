import { readHiddenLine } from "./hidden_line.ts";
import type { Io } from "./io.ts";
import { TypedText } from "./typed_text.ts";

/** The user ended the input (Ctrl-D), or broke off a hidden line. */
export class BrokenOff extends Error {
  override readonly name = "BrokenOff";
}

/** Asks at the terminal, on standard error; each question has a default, which an empty line takes. */
export class Questions {
  readonly #io: Io;
  readonly #typed: TypedText;

  constructor(io: Io) {
    this.#io = io;
    this.#typed = new TypedText(io.stdin());
  }

  /** All reject with {@linkcode BrokenOff}. */
  async text(question: string): Promise<string> {
    this.#io.err(question);
    const line = await this.#typed.line();
    if (line === undefined) throw this.#brokenOff("\n");
    return line.trim();
  }

  async agrees(question: string, { usual }: { usual: boolean }): Promise<boolean> {
    for (;;) {
      const answer = (await this.text(`${question} [${usual ? "Y/n" : "y/N"}] `)).toLowerCase();
      if (answer === "") return usual;
      if (/^(y|yes)$/.test(answer)) return true;
      if (/^(n|no)$/.test(answer)) return false;
      this.#io.err("Answer y or n\n");
    }
  }

  /** A number from 1 to `count`. */
  async number(question: string, { count, usual }: { count: number; usual: number }): Promise<number> {
    for (;;) {
      const answer = await this.text(`${question} [${usual}] `);
      if (answer === "") return usual;
      const number = Number(answer);
      if (Number.isInteger(number) && number >= 1 && number <= count) return number;
      this.#io.err(`Answer a number from 1 to ${count}\n`);
    }
  }

  /** What is typed is not shown. */
  async hidden(question: string): Promise<string> {
    const line = await readHiddenLine(this.#io, question, this.#typed);
    if (line === undefined) throw this.#brokenOff("");
    return line.trim();
  }

  #brokenOff(end: string): BrokenOff {
    this.#io.err(end);
    return new BrokenOff("Broken off; what was said to be done before is done, and nothing else");
  }
}
