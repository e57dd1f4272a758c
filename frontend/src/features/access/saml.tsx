import type { Action } from "../../actions/action";
import { changeSamlProvider, renewSamlKey, testSamlProvider } from "../../api/generated/sdk.gen";
import type { NewSamlProvider, SamlDraft } from "../../api/generated/types.gen";
import { against, present, TEST_MS } from "./providers";
import type { ProviderView, SamlView } from "./providersApi";
import { SamlFoundNotice } from "./SamlFound";
import { fieldsOfSaml } from "./samlFields";

/** Reads the metadata of what is typed. */
export async function testSaml(body: NewSamlProvider) {
  const { data } = await testSamlProvider({ body, deadline: TEST_MS });
  return { shown: <SamlFoundNotice found={data} /> };
}

/** The settings of a SAML provider. Its name, product, entityID and subject stay. */
export const editSaml: Action<SamlView, SamlDraft> = {
  id: "identity-provider.change-saml",
  needs: ["identity-provider", "update"],
  verb: "providers.save.changes",
  title: "providers.settings",
  whole: true,
  draft: ({ name }) => name,
  before: (provider) => provider,
  fields: fieldsOfSaml,
  rehearse: {
    verb: "providers.test.do",
    run: ({ name, entity_id, subject }, body) => testSaml({ ...body, name, entity_id, subject }),
  },
  run: async (provider, body) => {
    const { data, requestId } = await changeSamlProvider({ ...against(provider), body });
    return { requestId, now: data };
  },
  onto: (_, current) => current as SamlView,
};

/** A new key to encrypt assertions for; what comes for the one before opens still. */
export const renewKey: Action<ProviderView> = {
  id: "identity-provider.renew-key",
  needs: ["identity-provider", "update"],
  verb: "saml.key.do",
  title: "saml.key.title",
  body: "saml.key.body",
  load: present,
  run: async (provider) => {
    const { requestId } = await renewSamlKey(against(provider));
    return { requestId };
  },
  onto: (_, current) => current as ProviderView,
};
