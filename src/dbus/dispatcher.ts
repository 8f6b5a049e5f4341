import { messageOf } from "../core/errors.ts";
import { type Message, type MessageFields, messageFlag, messageType } from "./message.ts";
import { isInterfaceName } from "./names.ts";
import { type Interface, type Method, type ObjectTree, signatureOf } from "./object_tree.ts";
import { RunningCalls } from "./running_calls.ts";
import { introspectable, peer, properties } from "./standard_interfaces.ts";
import { BusError, type Value } from "./types.ts";

/** What an answer needs of a call. */
type Asked = Pick<Message, "serial" | "flags" | "sender">;

const maxErrorLength = 1000;
const errorPrefix = "org.freedesktop.DBus.Error.";
const failed = `${errorPrefix}Failed`;

/**
 * Answers the calls that peers make to our objects: only what is declared can be called, only with the declared
 * signature. Every call that wants an answer gets one; none throws out of here. Too many calls at once are refused, but
 * only of methods that answer later: whoever keeps those busy locks nobody out of the rest.
 */
export class Dispatcher {
  readonly #tree: ObjectTree;
  readonly #send: (fields: MessageFields) => void;
  readonly #running = new RunningCalls();

  constructor(tree: ObjectTree, send: (fields: MessageFields) => void) {
    this.#tree = tree;
    this.#send = send;
  }

  /** A method without waits is answered before the next message is looked at. */
  answer(message: Message): void {
    try {
      if (message.isTooLong) throw refusal("LimitsExceeded", "The message is too long");
      const method = this.#find(message);
      const sender = message.sender!;
      if (method.answersLater && !this.#running.hasRoom(sender)) {
        throw refusal("LimitsExceeded", "Too many calls are at work");
      }
      const result = method.call(argumentsOf(message, method), { sender });
      if (result instanceof Promise) this.#answerLater(askedBy(message), method, result);
      else this.#reply(message, method, result);
    } catch (error) {
      this.#refuse(message, error);
    }
  }

  async #answerLater(message: Asked, method: Method, result: Promise<readonly Value[]>): Promise<void> {
    const { sender = "" } = message;
    if (method.answersLater) this.#running.begin(sender);
    try {
      this.#reply(message, method, await result);
    } catch (error) {
      this.#refuse(message, error);
    } finally {
      if (method.answersLater) this.#running.end(sender);
    }
  }

  #reply(message: Asked, method: Method, body: readonly Value[]): void {
    if (isUnanswered(message)) return;
    const answer = { type: messageType.reply, replySerial: message.serial, destination: message.sender };
    try {
      this.#send({ ...answer, signature: signatureOf(method.out), body });
    } catch (cause) {
      throw new BusError(failed, "The answer could not be written", { cause });
    }
  }

  #refuse(message: Asked, error: unknown): void {
    if (isUnanswered(message)) return;
    const name = error instanceof BusError && isInterfaceName(error.busName) ? error.busName : failed;
    const text = messageOf(error).split("\n", 1)[0].replaceAll("\0", "").slice(0, maxErrorLength);
    this.#send({
      type: messageType.error,
      errorName: name,
      replySerial: message.serial,
      destination: message.sender,
      signature: "s",
      body: [text],
    });
  }

  #find({ path, interface: interfaceName, member }: Message): Method {
    const interfaces = this.#interfacesAt(path!);
    if (interfaceName === undefined) return onlyMethod([...interfaces.values()], member!);
    const found = interfaces.get(interfaceName);
    if (!found && interfaces.size === 1) throw refusal("UnknownObject", "There is no such object");
    if (!found) throw refusal("UnknownInterface", "The object has no such interface");
    const method = found.methods.get(member!);
    if (!method) throw refusal("UnknownMethod", "The interface has no such method");
    return method;
  }

  /** Ours and the standard ones; Peer is answered at any path, as it is about the connection. */
  #interfacesAt(path: string): Map<string, Interface> {
    const own = this.#tree.at(path);
    const interfaces = new Map([...own ?? [], [peer.name, peer]]);
    if (!own) return interfaces;
    const standard = own.size > 0 ? [properties(own)] : [];
    for (const each of [...standard, introspectable([...own.values(), ...standard], this.#tree.children(path))]) {
      if (!interfaces.has(each.name)) interfaces.set(each.name, each);
    }
    return interfaces;
  }
}

function onlyMethod(interfaces: readonly Interface[], member: string): Method {
  const found = interfaces.filter(({ methods }) => methods.has(member));
  if (found.length === 1) return found[0].methods.get(member)!;
  throw refusal(
    "UnknownMethod",
    found.length === 0 ? "The object has no such method" : "More than one interface has it: name the one that is meant",
  );
}

function argumentsOf(message: Message, method: Method): readonly Value[] {
  const expected = signatureOf(method.in);
  if (message.signature !== expected) {
    throw refusal("InvalidArgs", `The arguments must have the signature "${expected}"`);
  }
  try {
    return message.readBody({ keepsVariants: method.keepsVariants });
  } catch {
    throw refusal("InvalidArgs", "The arguments cannot be read");
  }
}

/** Without the body, which need not stay while a call is at work. */
function askedBy({ serial, flags, sender }: Message): Asked {
  return { serial, flags, sender };
}

function isUnanswered({ flags, sender }: Asked): boolean {
  return (flags & messageFlag.noReplyExpected) !== 0 || sender === undefined;
}

function refusal(name: string, text: string): BusError {
  return new BusError(errorPrefix + name, text);
}
