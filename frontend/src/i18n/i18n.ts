import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type asking from "./asking.json";
import type connections from "./connections.json";
import type deciding from "./deciding.json";
import type editing from "./editing.json";
import en from "./en.json";
import type etcd from "./etcd.json";
import type glass from "./glass.json";
import type image from "./image.json";
import type importing from "./importing.json";
import type invited from "./invited.json";
import type inviting from "./inviting.json";
import type keys from "./keys.json";
import type later from "./later.json";
import type leases from "./leases.json";
import type licence from "./licence.json";
import type licenceBanner from "./licenceBanner.json";
import type linking from "./linking.json";
import type logs from "./logs.json";
import type metering from "./metering.json";
import type operate from "./operate.json";
import type owning from "./owning.json";
import type pages from "./pages.json";
import type plans from "./plans.json";
import type profile from "./profile.json";
import type providers from "./providers.json";
import type provisioning from "./provisioning.json";
import { pseudoCatalogue } from "./pseudo";
import type receivers from "./receivers.json";
import type rules from "./rules.json";
import type runbooks from "./runbooks.json";
import type saml from "./saml.json";
import type signin from "./signin.json";
import type start from "./start.json";
import type store from "./store.json";
import type teams from "./teams.json";
import type terminal from "./terminal.json";
import type trust from "./trust.json";
import type updates from "./updates.json";
import type usage from "./usage.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: {
      translation: typeof en &
        typeof asking &
        typeof connections &
        typeof editing &
        typeof etcd &
        typeof glass &
        typeof image &
        typeof importing &
        typeof invited &
        typeof inviting &
        typeof keys &
        typeof later &
        typeof leases &
        typeof licence &
        typeof licenceBanner &
        typeof linking &
        typeof metering &
        typeof owning &
        typeof logs &
        typeof operate &
        typeof runbooks &
        typeof plans &
        typeof pages &
        typeof profile &
        typeof providers &
        typeof provisioning &
        typeof receivers &
        typeof deciding &
        typeof rules &
        typeof saml &
        typeof signin &
        typeof start &
        typeof store &
        typeof teams &
        typeof terminal &
        typeof trust &
        typeof updates &
        typeof usage;
    };
  }
}

/** `?lng=qps` shows every string from the catalogue marked, so a hard-coded one stands out. */
export function chosenLanguage(search: string): "en" | "qps" {
  return new URLSearchParams(search).get("lng") === "qps" ? "qps" : "en";
}

type Words = { [key: string]: string | Words };
const added: Words[] = [];

/** Words that come with the pages that say them: the first page is quicker without. */
export function addWords(words: Words): void {
  added.push(words);
  if (i18next.isInitialized) put(words);
}

function put(words: Words): void {
  i18next.addResourceBundle("en", "translation", words, true, true);
  if (i18next.language === "qps")
    i18next.addResourceBundle("qps", "translation", pseudoCatalogue(words), true, true);
}

/** Set up before the first render; what every page says is part of the first bundle. */
export async function startI18n(language: "en" | "qps"): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: language,
    resources: {
      en: { translation: en },
      ...(language === "qps" ? { qps: { translation: pseudoCatalogue(en) } } : {}),
    },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  added.forEach(put);
}
