import type { Action } from "../../actions/action";
import { createDirectory, createProvider, createSamlProvider } from "../../api/generated/sdk.gen";
import type { NewDirectory, NewOidcProvider, NewSamlProvider } from "../../api/generated/types.gen";
import { segment } from "../../pages/page";
import { newFields } from "./newProviderFields";
import { TEST_MS, TESTS } from "./providers";
import type { Preset } from "./providersApi";
import { testSaml } from "./saml";

type NewProvider = NewOidcProvider | NewDirectory | NewSamlProvider;

const isDirectory = (body: NewProvider): body is NewDirectory => "people_base" in body;
const isSaml = (body: NewProvider): body is NewSamlProvider => "entity_id" in body;

const test = (body: NewProvider) => {
  if (isDirectory(body)) return TESTS.ldap(body);
  return isSaml(body) ? testSaml(body) : TESTS.oidc(body);
};

const create = (body: NewProvider, untested: boolean) => {
  const deadline = TEST_MS;
  if (isDirectory(body)) return createDirectory({ body: { ...body, untested }, deadline });
  if (isSaml(body)) return createSamlProvider({ body: { ...body, untested }, deadline });
  return createProvider({ body: { ...body, untested }, deadline });
};

/** A new provider, which is asked before it is kept. */
export const addProvider: Action<readonly Preset[], NewProvider> = {
  id: "identity-provider.create",
  needs: ["identity-provider", "create"],
  verb: "providers.save.new",
  title: "providers.add",
  goes: true,
  fields: (presets, { kind }) => newFields(presets, kind),
  rehearse: { verb: "providers.test.do", run: (_, body) => test(body) },
  insist: { verb: "providers.save.untested", after: ({ tested }) => tested === false },
  run: async (_, body, { insist: untested }) => {
    const { data, requestId } = await create(body, untested);
    return { requestId, href: `/access/providers/${segment(data.name)}` };
  },
};
