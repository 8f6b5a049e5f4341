/**
 * A value on the bus in the shape of its signature (D-Bus Specification, "Type System"): numbers for `y n q i u d`,
 * bigint for `x t`, boolean for `b`, string for `s o g`, `Uint8Array` for `ay`, arrays for `a…` and `(…)`, arrays of
 * `[key, value]` or a plain object for `a{s…}`, {@linkcode Variant} for `v` when written. When read, an `a{s…}` is an
 * object without prototype, and a `v` is the bare value inside.
 */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | Variant
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A value with its own signature, as `v` needs it. */
export interface Variant {
  readonly signature: string;
  readonly value: Value;
}

/** Where a call goes, or a signal comes from. */
export interface Member {
  path: string;
  interface: string;
  member: string;
}

export interface MethodCall extends Member {
  destination: string;
  /** Of `body`; both absent: no arguments. */
  signature?: string;
  body?: readonly Value[];
}

export interface CallOptions {
  /** Default 25 s, as libdbus waits. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Lets the bus start the service when it does not run. Default: no. */
  autoStart?: boolean;
}

/** A signal as it arrived. */
export interface Signal extends Member {
  sender: string;
  body: readonly Value[];
}

/** Which signals are wanted; what is absent matches all. `sender` may be a well-known name. */
export interface SignalRule extends Partial<Member> {
  sender?: string;
  /** First argument, a string. */
  arg0?: string;
}

/** What a method of ours is told beside its arguments. */
export interface Caller {
  /** Unique name of the peer. */
  sender: string;
}

export type ExportedMethod = MethodArguments & (PromptMethod | LateMethod);

interface MethodArguments {
  /** Signature and name of each argument, in order. */
  in: readonly (readonly [name: string, signature: string])[];
  out: readonly (readonly [name: string, signature: string])[];
}

interface PromptMethod {
  answersLater?: false;
  /**
   * Called only with arguments that fit `in`. Its result is the list of values of `out`. What it throws goes to the
   * caller as an error; a {@linkcode BusError} with its name.
   */
  call(args: readonly Value[], caller: Caller): readonly Value[];
}

/** As {@linkcode PromptMethod}, but only so many calls of a peer are at work at once; more are refused. */
interface LateMethod {
  answersLater: true;
  call(args: readonly Value[], caller: Caller): Promise<readonly Value[]>;
}

export interface ExportedProperty {
  signature: string;
  /** Asked at each read. */
  get(): Value;
  /** Absent: read-only. */
  set?(value: Value): void;
  /** What the introspection says of its PropertiesChanged. Default: `true`, with the value. */
  emitsChange?: boolean;
}

/** One interface of one object of ours. What is not declared here cannot be called. */
export interface ExportedInterface {
  name: string;
  methods?: Readonly<Record<string, ExportedMethod>>;
  properties?: Readonly<Record<string, ExportedProperty>>;
  /** Signature and name of each argument of each signal. */
  signals?: Readonly<Record<string, readonly (readonly [name: string, signature: string])[]>>;
}

/** A method call was answered with an error, or a method of ours answers so. `busName` such as `org.freedesktop.DBus.Error.NoReply`. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly busName: string;

  constructor(busName: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.busName = busName;
  }
}

/** The connection has ended: nothing more can be sent on it. */
export class BusClosed extends Error {
  override readonly name = "BusClosed";
}

/**
 * One connection to a message bus; the only thing that the rest of the program knows of D-Bus. It ends for good when the
 * bus does: who wants to live on connects anew, exports and registers again.
 *
 * What peers send never throws out of here and never ends the connection.
 */
export interface Bus extends Disposable {
  /** Ours, such as `:1.42`. */
  readonly uniqueName: string;
  /** Aborts when the connection has ended, whoever ended it; the reason says why. */
  readonly closed: AbortSignal;
  /** Rejects with {@linkcode BusError}, {@linkcode BusClosed} or the signal's reason. */
  call(call: MethodCall, options?: CallOptions): Promise<readonly Value[]>;
  /**
   * Offers an interface at a path until the returned function is called. Introspectable, Peer and Properties are
   * answered for it. Throws when that interface is there already.
   */
  export(path: string, exported: ExportedInterface): () => void;
  /** Sends a signal; dropped without an error once the connection has ended. */
  emit(signal: Member & { signature?: string; body?: readonly Value[] }): void;
  /** PropertiesChanged with the present values of exported properties. */
  emitPropertiesChanged(path: string, interfaceName: string, names: readonly string[]): void;
  /**
   * Calls `listener` for each signal that fits; resolves when the bus delivers them. The returned function ends that.
   */
  watch(rule: SignalRule, listener: (signal: Signal) => void): Promise<() => void>;
  /** Tells the owner (a unique name) of a well-known name now and at each change; `undefined`: it has none. */
  watchName(name: string, listener: (owner: string | undefined) => void): Promise<() => void>;
  /** Takes a well-known name, without waiting in its queue: `false` when another owns it. */
  requestName(name: string): Promise<boolean>;
  releaseName(name: string): Promise<void>;
  /** Ends the connection. */
  close(): void;
}
