import {
  listProviderPresetsOptions,
  readProviderOptions,
  readSamlStateOptions,
  readTrialOfProviderOptions,
} from "../../api/generated/@tanstack/react-query.gen";
import type {
  DirectoryFound,
  DirectoryPreset,
  DirectoryView,
  ListProviderPresetsResponse,
  OidcFound,
  OidcPreset,
  OidcView,
  ReadProviderResponse,
  SamlPreset,
  SamlView,
  TrialView,
} from "../../api/generated/types.gen";

export type {
  DirectoryFound,
  DirectoryPreset,
  DirectoryView,
  OidcFound,
  OidcPreset,
  OidcView,
  SamlPreset,
  SamlView,
  TrialView,
};

/** What the form proposes, whatever the kind. */
export type Preset = ListProviderPresetsResponse[number];

/** A provider of any kind. */
export type ProviderView = ReadProviderResponse;

/** What the form proposes for each product. */
export const presetsQuery = { ...listProviderPresetsOptions(), staleTime: 300_000 };

export const providerQuery = (name: string) => ({
  ...readProviderOptions({ path: { name } }),
  retry: false,
});

/** What a dry-run sign-in found; it is kept for ten minutes. */
export const trialQuery = (name: string, trial: string) => ({
  ...readTrialOfProviderOptions({ path: { name, trial } }),
  retry: false,
  staleTime: 600_000,
});

/** The certificates of a SAML provider in force. */
export const samlQuery = (name: string) => ({
  ...readSamlStateOptions({ path: { name } }),
  retry: false,
});
