import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";
import { pseudoCatalogue } from "./pseudo";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

/** `?lng=qps` shows every string from the catalogue marked, so a hard-coded one stands out. */
export function chosenLanguage(search: string): "en" | "qps" {
  return new URLSearchParams(search).get("lng") === "qps" ? "qps" : "en";
}

/** Set up before the first render; the one catalogue is part of the first bundle. */
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
}
