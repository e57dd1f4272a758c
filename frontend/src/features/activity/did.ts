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
} as const;

export function isDid(verb: string): verb is keyof typeof DID {
  return verb in DID;
}
