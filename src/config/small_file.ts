/** A file of ours is never larger; what is was not meant for us. */
const maxBytes = 1_048_576;

/** Something is there, but nothing to read as a file of ours. `message` is why, as words that follow the path. */
export class UnfitFile extends Error {
  override readonly name = "UnfitFile";
}

/**
 * The bytes of a regular file of at most 1 MiB; links are followed. Looked at before it is opened, for opening a pipe
 * waits for its writer, and reading a device may never end.
 *
 * Throws {@linkcode UnfitFile}, or what the system says.
 */
export async function readSmallFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { isFile, isDirectory, size } = await Deno.stat(path);
  if (isDirectory) throw new UnfitFile("is a folder");
  if (!isFile) throw new UnfitFile("is not a regular file");
  if (size > maxBytes) throw new UnfitFile(`is larger than ${maxBytes} bytes`);
  using file = await Deno.open(path);
  // With room for one byte more: it may grow meanwhile, and files in /proc announce no size.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (let read = await file.read(bytes); read !== null; read = await file.read(bytes.subarray(length))) {
    length += read;
    if (length > maxBytes) throw new UnfitFile(`is larger than ${maxBytes} bytes`);
    if (length === bytes.length) {
      const larger = new Uint8Array(Math.min(maxBytes + 1, length * 2 + 4_096));
      larger.set(bytes);
      bytes = larger;
    }
  }
  return bytes.slice(0, length);
}

/** The same as text. What is not UTF-8 is shown as U+FFFD. */
export async function readSmallTextFile(path: string): Promise<string> {
  return new TextDecoder().decode(await readSmallFile(path));
}
