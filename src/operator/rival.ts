/** Another operator for the same jobs, whose end is waited for. */
export interface Rival {
  /** Who it is, for people; `undefined` while there is none. */
  readonly name: string | undefined;
  /** Tells when {@link name} appears or goes away. */
  onChange(listener: () => void): void;
}
