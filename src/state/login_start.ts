/** Whether the daemon starts with the session, by whichever means; what the tray's check mark shows and changes. */
export interface LoginStart {
  isEnabled(): Promise<boolean>;
  /** Rejects, with words for the user, when it cannot be changed. */
  set(enabled: boolean): Promise<void>;
  /** Calls `listener` after each change by {@linkcode set}; the returned function ends that. */
  subscribe(listener: (enabled: boolean) => void): () => void;
}
