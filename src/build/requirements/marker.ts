/** A condition on the environment that a requirement is for (PEP 508): `python_version < "3.11"`. */
export interface Marker {
  /** As written, with single spaces. */
  readonly text: string;
}
