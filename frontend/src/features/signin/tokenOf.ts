/** A one-time link's token; it stays in the fragment, which no server and no log sees. */
export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}
