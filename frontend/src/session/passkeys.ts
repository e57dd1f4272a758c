import i18next from "i18next";

/** What the server has the device asked, or takes of it: WebAuthn's JSON form. */
type Plain = Record<string, unknown>;

/** What a passkey answers to the server's challenge; the person's device verifies them for it. */
export async function answerOf(
  options: Plain,
  how: Pick<CredentialRequestOptions, "mediation" | "signal"> = {},
): Promise<Plain> {
  const json = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return given(navigator.credentials.get({ ...how, publicKey }));
}

/** A passkey that the person's device makes for the console. */
export async function newPasskey(options: Plain): Promise<Plain> {
  const json = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return given(navigator.credentials.create({ publicKey }));
}

/** Browsers tell all refusals with one name, so that no page learns which passkeys there are. */
async function given(asked: Promise<Credential | null>): Promise<Plain> {
  try {
    const credential = await asked;
    if (credential) return { ...(credential as PublicKeyCredential).toJSON() };
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError")
      throw new Error(i18next.t("login.passkey.there"));
    if (!(error instanceof DOMException)) throw error;
  }
  throw new Error(i18next.t("login.passkey.none"));
}
