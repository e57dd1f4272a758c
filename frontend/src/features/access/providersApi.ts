import {
  listProviderPresetsOptions,
  readProviderOptions,
  readTrialOfProviderOptions,
} from "../../api/generated/@tanstack/react-query.gen";
import type {
  PresetView,
  ProviderFound,
  ProviderView,
  TrialView,
} from "../../api/generated/types.gen";

export type { PresetView, ProviderFound, ProviderView, TrialView };

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
