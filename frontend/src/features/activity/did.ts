/** Verbs of the record, by the key of their sentence. */
export const DID = {
  open: "open",
  close: "close",
  create: "create",
  update: "update",
  delete: "delete",
  reveal: "reveal",
  enable: "enable",
  disable: "disable",
  reauthenticate: "reauthenticate",
  cancel: "cancel",
  retry: "retry",
  grant: "grant",
  revoke: "revoke",
  invite: "invite",
  "accept-invitation": "acceptInvitation",
  "renew-invitation": "renewInvitation",
  "revoke-invitation": "revokeInvitation",
} as const;

/** Any other verb in words: `set-policy` → `Set policy`. */
export function asWords(verb: string): string {
  const words = verb.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function isDid(verb: string): verb is keyof typeof DID {
  return verb in DID;
}
