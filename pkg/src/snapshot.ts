/** Whether bytes are a snapshot: by the first one, with which no text begins. */
export function isSnapshot(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89;
}
