import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import type { PresetView, ProviderView, TrialView } from "../../api/generated/types.gen";
import { expectAccessible, renderInConsole, stubApi } from "../../test/console";
import { NewProviderPage } from "./NewProviderPage";
import { ProviderParts } from "./ProviderParts";
import { groupsHref } from "./providers";
import { TrialResult } from "./TrialResult";

const preset = { scopes: "openid", claim_login: "email", claim_groups: "groups", hint: "Map it." };
const PRESETS: PresetView[] = [
  { ...preset, kind: "keycloak", title: "Keycloak", issuer: "https://HOST/realms/REALM" },
  { ...preset, kind: "google", title: "Google", issuer: "https://accounts.test", claim_groups: "" },
];

const PROVIDER: ProviderView = {
  name: "sso",
  kind: "keycloak",
  label: "Our SSO",
  issuer: "https://sso.test/realms/main",
  client_id: "craton",
  secret_set: 1,
  scopes: "openid",
  claim_login: "preferred_username",
  claim_name: "name",
  claim_email: "email",
  claim_groups: "groups",
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
