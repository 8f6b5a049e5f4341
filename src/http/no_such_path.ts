import { pathError } from "./error_response.ts";

/** For a path that nothing answers. */
export function noSuchPath(path: string): Response {
  const message = `There is no ${path.slice(0, 200)} here; docs/API.md lists what there is`;
  return pathError(path, 404, message);
}
