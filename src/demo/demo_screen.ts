/** The demo's page: short lines of at most 80 columns, colour only when asked. */
export class DemoScreen {
  readonly #out: (text: string) => void;
  readonly #colour: boolean;

  constructor(out: (text: string) => void, options: { colour: boolean }) {
    this.#out = out;
    this.#colour = options.colour;
  }

  title(text: string): void {
    this.#out(`${this.#paint(1, text)}\n`);
  }

  blank(): void {
    this.#out("\n");
  }

  step(number: number, text: string): void {
    this.#out(`\n${this.#paint(1, `${number}. ${text}`)}\n`);
  }

  say(text: string): void {
    this.#out(`   ${text}\n`);
  }

  /** What a step has shown. */
  result(text: string): void {
    this.#out(`   ${this.#paint(32, text)}\n`);
  }

  /** A row of two: what it is, and what there is to say of it. */
  row(label: string, text: string): void {
    this.#out(`   ${this.#paint(2, label.padEnd(8))}${text}\n`);
  }

  /** A row whose text comes in pieces: the returned function writes one, `endRow()` ends it. */
  openRow(label: string): (piece: string) => void {
    this.#out(`   ${this.#paint(2, label.padEnd(8))}`);
    return (piece) => this.#out(piece);
  }

  endRow(): void {
    this.#out("\n");
  }

  /** Commands to try, a line each. */
  commands(lead: string, lines: readonly string[]): void {
    this.say(lead);
    for (const line of lines) this.#out(`     ${this.#paint(36, line)}\n`);
  }

  failure(expected: string, seen: string): void {
    this.#out(`   ${this.#paint(31, "This step failed.")}\n`);
    this.row("expected", ` ${expected}`);
    this.row("seen", ` ${seen}`);
  }

  #paint(sgr: number, text: string): string {
    return this.#colour ? `\x1b[${sgr}m${text}\x1b[0m` : text;
  }
}

/** A measured time as a person says it: `under 1 ms`, `43 ms`, `2.1 s`. */
export function spoken(ms: number): string {
  if (ms < 1) return "under 1 ms";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
