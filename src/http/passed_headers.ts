/**
 * The headers under which a backend's own words go to a client: text or JSON, whatever the backend called them, so that
 * no browser takes them for a page of the broker.
 */
export function passedHeaders(contentType: string | null): Headers {
  const type = contentType?.split(";", 1)[0].trim().toLowerCase();
  const isKnown = type === "application/json" || type === "application/x-ndjson";
  return new Headers({
    "content-type": isKnown ? type : "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
}
