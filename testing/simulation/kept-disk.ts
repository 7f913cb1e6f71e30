/** A till's disk as somebody keeps it, with how far its journal had got. */
export interface KeptDisk {
  readonly assignmentId: number;
  readonly seq: number;
  readonly bytes: Buffer;
}
