/** Whether this browser speaks of passkeys as the console does: in WebAuthn's JSON form. */
export const knowsPasskeys = (): boolean =>
  "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
