import { visibleJson } from "../../core/visible_text.ts";

/** A model's name as it is, isolated from the text around it; what would not show or would turn it around is escaped. */
export function PlainName({ name }: { name: string }) {
  return <bdi>{visibleJson(name)}</bdi>;
}

/** The same inside a sentence. */
export function Name({ name }: { name: string }) {
  return (
    <code>
      <PlainName name={name} />
    </code>
  );
}
