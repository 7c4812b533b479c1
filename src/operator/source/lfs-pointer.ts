/** Begins every pointer file of Git LFS (its specification, version 1). */
export const LFS_POINTER = "version https://git-lfs.github.com/spec/v1\n";

/** Whether Git keeps a pointer in place of the file's content. */
export function isLfsPointer(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, LFS_POINTER.length)).toString("latin1") === LFS_POINTER;
}
