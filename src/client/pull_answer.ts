import type { Reading } from "./answer_reader.ts";
import type { PullProgress } from "./model_types.ts";
import { numberOf, textOf } from "./text_answer.ts";

/** Reads the lines of `/api/pull`; the last says `success`. */
export function pullReading(): Reading<PullProgress, PullProgress> {
  let last: PullProgress = { status: "" };
  return {
    piece(line) {
      const [total, completed] = [numberOf(line.total), numberOf(line.completed)];
      last = {
        status: textOf(line.status),
        ...(typeof line.digest === "string" && { digest: line.digest }),
        ...(total !== null && { total }),
        ...(completed !== null && { completed }),
      };
      return last;
    },
    isEnd: (line) => line.status === "success",
    received: () => "",
    whole: () => last,
  };
}
