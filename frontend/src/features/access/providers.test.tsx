import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import type {
  DirectoryPreset,
  DirectoryView,
  OidcPreset,
  OidcView,
  SamlFound,
  SamlPreset,
  SamlView,
  TrialView,
} from "../../api/generated/types.gen";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole, stubApi } from "../../test/console";
import { NewProviderPage } from "./NewProviderPage";
import { ProviderParts } from "./ProviderParts";
import { groupsHref } from "./providers";
import { TrialResult } from "./TrialResult";

const preset = {
  protocol: "oidc",
  scopes: "openid",
  claim_login: "email",
  claim_groups: "groups",
  hint: "Map it.",
} as const;
const PRESETS: OidcPreset[] = [
  { ...preset, kind: "keycloak", title: "Keycloak", issuer: "https://HOST/realms/REALM" },
  { ...preset, kind: "google", title: "Google", issuer: "https://accounts.test", claim_groups: "" },
];

const PROVIDER: OidcView = {
  protocol: "oidc",
  address: "https://sso.test/realms/main",
  name: "sso",
  kind: "keycloak",
  product: "Keycloak",
  usual: null,
  label: "Our SSO",
  issuer: "https://sso.test/realms/main",
  client_id: "craton",
  secret_set: 1,
  scopes: "openid",
  claim_login: "preferred_username",
  claim_name: "name",
  claim_email: "email",
  claim_groups: "groups",
  claim_external: "",
  acr: "",
  domains: ["example.test"],
  known_only: false,
  place: 0,
  disabled: false,
  editable: true,
  problem: "",
  redirect_uri: "https://craton.test/api/v1/signin/callback/sso",
  backchannel_uri: "https://craton.test/api/v1/hooks/logout/sso",
  signed_out_uri: "https://craton.test/login",
  changed: 1,
  changed_by: "ada",
  row_version: 3,
};

const TRIAL: TrialView = {
  failure: "",
  issuer: PROVIDER.issuer,
  subject: "s-1",
  login: "ada",
  name: "Ada",
  email: "",
  groups: ["engineers"],
  refreshes: true,
  account: "",
  teams: [],
  grants: [{ role: "viewer", scope: "org/main", group: "engineers" }],
  advice: ["Give it a role."],
  claims: { sub: "s-1" },
};

beforeEach(() => {
  cleanup();
  sessionStorage.clear();
});

test("the product chosen fills in what it usually needs", async () => {
  stubApi({ "identity-providers/presets": PRESETS });
  await renderInConsole(<NewProviderPage />);
  const issuer = await screen.findByLabelText(/Issuer/);
  expect(issuer).toHaveProperty("placeholder", "https://HOST/realms/REALM");
  expect(issuer).toHaveProperty("value", "");
  await userEvent.click(screen.getByLabelText("Google"));
  await waitFor(() =>
    expect(screen.getByLabelText(/Claim with the groups/)).toHaveProperty("value", ""),
  );
  expect(screen.getByLabelText(/Issuer/)).toHaveProperty("value", "https://accounts.test");
  await userEvent.type(screen.getByLabelText(/Client secret/), "canary");
  await expectAccessible();
  expect(JSON.stringify(sessionStorage)).not.toContain("canary");
});

test("a provider says what it has to be told, and a declared one has no form", async () => {
  await renderInConsole(<ProviderParts provider={PROVIDER} />);
  expect(await screen.findByText(PROVIDER.redirect_uri)).toBeDefined();
  expect(screen.getByText(PROVIDER.backchannel_uri)).toBeDefined();
  await expectAccessible();
  cleanup();
  await renderInConsole(<ProviderParts provider={{ ...PROVIDER, editable: false }} />);
  expect(await screen.findByText(/is declared in the configuration/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "Save changes" })).toBeNull();
});

test("a trial shows who, which groups and roles, and what to change", async () => {
  stubApi({ "identity-providers/sso/trials/one": TRIAL });
  await renderInConsole(<TrialResult name="sso" trial="one" />);
  expect(await screen.findByText("viewer (org/main): engineers")).toBeDefined();
  expect(screen.getByText("Give it a role.")).toBeDefined();
  cleanup();
  stubApi({ "identity-providers/sso/trials/two": { ...TRIAL, failure: "for another client" } });
  await renderInConsole(<TrialResult name="sso" trial="two" />);
  expect(await screen.findByText("for another client")).toBeDefined();
});

test("the link to the roles of its groups leaves other providers out", () => {
  expect(decodeURIComponent(groupsHref("sso"))).toContain('subject^="sso/"');
});

const DIRECTORY_PRESET: DirectoryPreset = {
  protocol: "ldap",
  kind: "active-directory",
  title: "Active Directory",
  server: "ldaps://DC1.EXAMPLE.COM",
  bind_dn: "SEARCHER@EXAMPLE.COM",
  people_base: "DC=EXAMPLE,DC=COM",
  people_filter: "(objectClass=user)",
  login_by: ["sAMAccountName"],
  unique: "objectGUID",
  login_attribute: "sAMAccountName",
  name_attribute: "displayName",
  groups_by: "chain",
  groups_base: "OU=GROUPS,DC=EXAMPLE,DC=COM",
  groups_filter: "(objectClass=group)",
  group_name: "sAMAccountName",
  hint: "Groups of groups are found.",
};

const DIRECTORY: DirectoryView = {
  protocol: "ldap",
  name: "corp",
  kind: "openldap",
  product: "OpenLDAP",
  usual: null,
  label: "Corp",
  address: "ldaps://ldap.test",
  secret_set: 1,
  domains: [],
  known_only: false,
  place: 0,
  disabled: false,
  editable: true,
  problem: "",
  changed: 1,
  changed_by: "ada",
  row_version: 1,
  servers: ["ldaps://ldap.test"],
  starttls: true,
  ca: "",
  bind_dn: "cn=searcher",
  people_base: "ou=people,dc=test",
  people_filter: "(objectClass=person)",
  login_by: ["uid"],
  unique: "entryUUID",
  login_attribute: "uid",
  name_attribute: "cn",
  email_attribute: "mail",
  groups_by: "member",
  groups_base: "ou=groups,dc=test",
  groups_filter: "(objectClass=groupOfNames)",
  group_name: "cn",
  group_member: "member",
  nested: true,
};

test("a directory's form is filled with what its product needs, names to be replaced are not", async () => {
  stubApi({ "identity-providers/presets": [...PRESETS, DIRECTORY_PRESET] });
  await renderInConsole(<NewProviderPage />);
  await userEvent.click(await screen.findByLabelText("Active Directory"));
  const server = await screen.findByLabelText(/Servers/);
  expect(server).toHaveProperty("placeholder", "ldaps://DC1.EXAMPLE.COM");
  expect(server).toHaveProperty("value", "");
  expect(screen.getByLabelText(/Known by/)).toHaveProperty("value", "objectGUID");
  expect(screen.getByLabelText(/Active Directory finds them/)).toHaveProperty("checked", true);
  expect(await screen.findByLabelText(/Attribute with the members/)).toHaveProperty(
    "value",
    "member",
  );
  expect(screen.getByLabelText(/Begin TLS/)).toHaveProperty("checked", true);
  await userEvent.click(screen.getByLabelText("Google"));
  expect(screen.queryByLabelText(/Servers/)).toBeNull();
  expect(screen.getByLabelText(/Issuer/)).toHaveProperty("value", "https://accounts.test");
  await expectAccessible();
});

test("what is seldom needed is folded away until it is wrong or not as usual", async () => {
  stubApi({ "identity-providers/presets": PRESETS });
  await renderInConsole(<NewProviderPage />);
  const more = await screen.findByText("More settings");
  const fold = more.closest("details");
  expect(fold?.open).toBe(false);
  expect(fold?.contains(screen.getByLabelText(/Scopes/))).toBe(true);
  expect(fold?.contains(screen.getByLabelText(/Client ID/))).toBe(false);
  fireEvent.change(screen.getByLabelText(/Order/), { target: { value: "" } });
  await userEvent.click(screen.getByRole("button", { name: "Test and add" }));
  await waitFor(() => expect(fold?.open).toBe(true));
  await expectAccessible();
  cleanup();
  sessionStorage.clear();
  const session = { ...SESSION, permissions: { "identity-provider": ["update"] } };
  stubApi({ session });
  await renderInConsole(<ProviderParts provider={PROVIDER} />);
  const other = await screen.findByText("More settings");
  expect(other.closest("details")?.open).toBe(true);
});

test("what its product usually needs is nothing that is shown at once", async () => {
  const session = { ...SESSION, permissions: { "identity-provider": ["update"] } };
  stubApi({ session });
  const own = { people_filter: "(objectClass=inetOrgPerson)", login_by: ["uid", "mail"] };
  const { login_attribute, name_attribute, groups_filter, group_name } = DIRECTORY;
  const shared = { ...own, login_attribute, name_attribute, groups_filter, group_name };
  const usual: DirectoryPreset = { ...DIRECTORY_PRESET, ...shared };
  const open = async (provider: DirectoryView) => {
    await renderInConsole(<ProviderParts provider={provider} />);
    const found = (await screen.findByText("More settings")).closest("details")?.open;
    cleanup();
    return found;
  };
  expect(await open({ ...DIRECTORY, ...own, usual })).toBe(false);
  expect(await open({ ...DIRECTORY, ...own, group_name: "ou", usual })).toBe(true);
  expect(await open({ ...DIRECTORY, ...own })).toBe(true);
});

test("a directory is tried with a name and a password, and has nothing to be told", async () => {
  const session = { ...SESSION, permissions: { "identity-provider": ["update"] } };
  stubApi({
    session,
    "identity-providers/corp/directory/trial": {
      ...TRIAL,
      teams: ["blue"],
      claims: { mail: ["ada@test"] },
    },
  });
  await renderInConsole(<ProviderParts provider={DIRECTORY} />);
  expect(screen.queryByText("Redirect URI")).toBeNull();
  await userEvent.type(await screen.findByLabelText(/User name/), "ada");
  const [password] = screen.getAllByLabelText(/^Password/);
  if (!password) throw new Error("no field for the password");
  await userEvent.type(password, "secret");
  await userEvent.click(screen.getByRole("button", { name: "Try signing in" }));
  expect(await screen.findByText("blue")).toBeTruthy();
});

test("what is not known of provisioning is said, and asked for again", async () => {
  await renderInConsole(<ProviderParts provider={PROVIDER} />);
  expect(await screen.findByText("This could not be shown")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
});

const SAML_PRESET: SamlPreset = {
  protocol: "saml",
  kind: "saml-entra",
  title: "Entra (SAML)",
  entity_id: "https://sts.test/TENANT/",
  metadata_url: "https://login.test/TENANT",
  subject: "urn:objectidentifier",
  attribute_login: "urn:name",
  attribute_name: "urn:displayname",
  attribute_email: "urn:email",
  attribute_groups: "urn:groups",
  hint: "Add a group claim.",
};

const SAML: SamlView = {
  protocol: "saml",
  name: "fed",
  kind: "saml",
  product: "Another SAML provider",
  usual: null,
  label: "Federation",
  address: "https://idp.test/saml",
  secret_set: 1,
  domains: [],
  known_only: false,
  place: 0,
  disabled: false,
  editable: true,
  problem: "",
  changed: 1,
  changed_by: "ada",
  row_version: 2,
  entity_id: "https://idp.test/saml",
  metadata_url: "https://idp.test/metadata",
  metadata: "",
  subject: "",
  attribute_login: "uid",
  attribute_name: "displayName",
  attribute_email: "email",
  attribute_groups: "groups",
  contexts: "",
  sp_entity_id: "https://craton.test/api/v1/signin/metadata/fed",
  sp_consumer: "https://craton.test/api/v1/hooks/saml/fed",
  encrypts: true,
};

const FOUND: SamlFound = {
  entity_id: SAML.entity_id,
  sign_in: "https://idp.test/sso",
  until: null,
  signing: [
    { subject: "CN=old", fingerprint: "aa".repeat(32), begins: 1, ends: 2_000_000_000 },
    { subject: "CN=new", fingerprint: "bb".repeat(32), begins: 1, ends: 2_100_000_000 },
  ],
  encrypting: [],
  notes: ["Its last certificate ends in less than thirty days."],
};

test("a SAML provider's form is filled with what its product needs", async () => {
  stubApi({ "identity-providers/presets": [...PRESETS, SAML_PRESET] });
  await renderInConsole(<NewProviderPage />);
  await userEvent.click(await screen.findByLabelText("Entra (SAML)"));
  const entity = await screen.findByLabelText(/entityID of the provider/);
  expect(entity).toHaveProperty("placeholder", "https://sts.test/TENANT/");
  expect(entity).toHaveProperty("value", "");
  expect(screen.getByLabelText(/people are known by/)).toHaveProperty(
    "value",
    "urn:objectidentifier",
  );
  expect(screen.getByText("Add a group claim.")).toBeDefined();
  expect(screen.getByLabelText(/Attribute with the groups/)).toHaveProperty("value", "urn:groups");
  await userEvent.click(screen.getByLabelText("Google"));
  expect(screen.queryByLabelText(/entityID of the provider/)).toBeNull();
  await expectAccessible();
});

test("a SAML provider says what it has to be told, and which certificates are in force", async () => {
  const session = { ...SESSION, permissions: { "identity-provider": ["update"] } };
  stubApi({ session, "identity-providers/fed/saml": FOUND });
  await renderInConsole(<ProviderParts provider={SAML} />);
  expect(await screen.findByText(SAML.sp_entity_id)).toBeDefined();
  expect(screen.getByText(SAML.sp_consumer)).toBeDefined();
  expect(await screen.findByText("CN=old")).toBeDefined();
  expect(screen.getByText("CN=new")).toBeDefined();
  expect(screen.getByText(FOUND.notes[0] ?? "")).toBeDefined();
  expect(screen.getByRole("button", { name: "New key" })).toBeDefined();
  expect(screen.getByRole("button", { name: "Try signing in" })).toBeDefined();
  expect(await screen.findByLabelText(/Address of its metadata/)).toHaveProperty(
    "value",
    SAML.metadata_url,
  );
  await expectAccessible();
});
