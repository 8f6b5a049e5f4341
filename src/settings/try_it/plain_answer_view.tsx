import type { PlainAnswer } from "./plain_answer.ts";

/** A question with its answer, as the script of the page draws them too. */
export function PlainAnswerView({ answer }: { answer: PlainAnswer }) {
  const { question, text, thinking, error, backend } = answer;
  return (
    <>
      <article class="turn user">
        <h2 class="who">You</h2>
        <div class="said" dir="auto">{question}</div>
      </article>
      <article class="turn assistant">
        <h2 class="who">{backend ?? "Nobody"}</h2>
        {thinking && (
          <details>
            <summary>Thinking</summary>
            <div class="said muted" dir="auto">{thinking}</div>
          </details>
        )}
        {text !== undefined && <div class="said" dir="auto">{text || "(an empty answer)"}</div>}
        {error && <p class="problem" role="alert">{error}</p>}
        <p class="note">{figures(answer)}</p>
      </article>
    </>
  );
}

function figures({ chain, inputTokens, outputTokens }: PlainAnswer): string {
  const tokens = outputTokens === undefined ? "" : `${outputTokens} tokens`;
  const read = inputTokens === undefined ? "" : `${inputTokens} read`;
  return [chain, tokens, read].filter((one) => one !== "").join(" · ");
}
