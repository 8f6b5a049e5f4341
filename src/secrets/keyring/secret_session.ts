import { messageOf } from "../../core/errors.ts";
import { BusError, type Value } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";
import { SecretError } from "../../state/secrets.ts";
import { aesCipher, type Cipher, plainCipher } from "./cipher.ts";
import { dhKeyPair } from "./dh_group.ts";
import { failedKeyring } from "./keyring_error.ts";
import { itemInterface, serviceInterface, servicePath, sessionInterface } from "./names.ts";
import type { SecretService } from "./secret_service.ts";
import { pathIn, unfit } from "./service_calls.ts";

const encrypted = "dh-ietf1024-sha256-aes128-cbc-pkcs7";
/** Names of the error with which a service refuses an algorithm. */
const notSupported = "org.freedesktop.DBus.Error.NotSupported";
/** A value of ours has 64 KiB at most; with padding. */
const maxBytes = 65_536 + 16;

/** A session with the service: values are encrypted on the bus where it can do that. */
export class SecretSession implements AsyncDisposable {
  readonly #service: SecretService;
  readonly #path: string;
  readonly #cipher: Cipher;

  private constructor(service: SecretService, path: string, cipher: Cipher) {
    this.#service = service;
    this.#path = path;
    this.#cipher = cipher;
  }

  static async open(service: SecretService): Promise<SecretSession> {
    const pair = dhKeyPair();
    try {
      const [peerKey, path] = await openWith(service, encrypted, variant("ay", pair.publicKey));
      if (!(peerKey instanceof Uint8Array)) throw unfit("OpenSession");
      return new SecretSession(service, pathIn(path, "OpenSession"), await aesCipher(pair.sharedWith(peerKey)));
    } catch (error) {
      if (error instanceof RangeError) throw failedKeyring("it offers no key that is safe to use", error);
      if (!isNotSupported(error)) throw error;
    }
    const [, path] = await openWith(service, "plain", variant("s", ""));
    return new SecretSession(service, pathIn(path, "OpenSession"), plainCipher);
  }

  /** The value of an unlocked item. */
  async read(item: string): Promise<string> {
    const call = { path: item, interface: itemInterface, member: "GetSecret", signature: "o", body: [this.#path] };
    const [secret] = await this.#service.call(call);
    if (!Array.isArray(secret)) throw unfit("GetSecret");
    const [, parameters, value] = secret;
    if (!(parameters instanceof Uint8Array) || !(value instanceof Uint8Array)) throw unfit("GetSecret");
    if (value.length > maxBytes) throw failedKeyring("a secret is longer than 64 KiB");
    try {
      return await this.#cipher.open({ parameters, value });
    } catch (cause) {
      throw failedKeyring(`a secret cannot be read: ${messageOf(cause)}`, cause);
    }
  }

  /** A value as the service takes it: `(oayays)`. */
  async seal(text: string): Promise<Value> {
    const { parameters, value } = await this.#cipher.seal(text);
    return [this.#path, parameters, value, "text/plain; charset=utf8"];
  }

  /** Closes it at the service; one that has gone has forgotten it anyway. */
  async [Symbol.asyncDispose](): Promise<void> {
    const close = { path: this.#path, interface: sessionInterface, member: "Close" };
    await this.#service.call(close).catch(() => {});
  }
}

async function openWith(service: SecretService, algorithm: string, input: Value): Promise<readonly Value[]> {
  const call = { path: servicePath, interface: serviceInterface, member: "OpenSession", signature: "sv" };
  return await service.call({ ...call, body: [algorithm, input] });
}

function isNotSupported(error: unknown): boolean {
  return error instanceof SecretError && error.cause instanceof BusError && error.cause.busName === notSupported;
}
