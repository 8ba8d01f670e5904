/** Texts. A language is one file beside this one; a third is added by adding its file. */
import i18next, { type PostProcessorModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { preferences } from "@/lib/preferences";
import type en from "./en.json";
import { typeset } from "./typography";

type Catalogue = typeof en;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Catalogue };
  }
}

const CATALOGUES = import.meta.glob<{ default: Catalogue }>("./*.json");

/** What a person can choose, by the language's own code. */
export const LANGUAGES: readonly string[] = Object.keys(CATALOGUES)
  .map((path) => path.slice("./".length, -".json".length))
  .sort();

/** The language's name in itself. */
export function languageName(code: string): string {
  return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
}

/** The first language of the browser that we have; English without one. */
export function browserLanguage(wanted: readonly string[] = navigator.languages): string {
  const codes = wanted.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
  return codes.find((code) => LANGUAGES.includes(code)) ?? "en";
}

async function load(code: string): Promise<void> {
  if (i18next.hasResourceBundle(code, "translation")) return;
  const catalogue = await CATALOGUES[`./${code}.json`]?.();
  if (catalogue !== undefined) i18next.addResourceBundle(code, "translation", catalogue.default);
}

export async function speak(chosen: string | null): Promise<void> {
  const code = chosen !== null && LANGUAGES.includes(chosen) ? chosen : browserLanguage();
  await load(code);
  await i18next.changeLanguage(code);
  document.documentElement.lang = code;
}

const TYPESET: PostProcessorModule = {
  type: "postProcessor",
  name: "typeset",
  process: (text) => typeset(text, i18next.language),
};

export async function startTexts(): Promise<void> {
  await i18next
    .use(initReactI18next)
    .use(TYPESET)
    .init({
      lng: browserLanguage(),
      fallbackLng: false,
      resources: {},
      interpolation: { escapeValue: false },
      postProcess: TYPESET.name,
      returnNull: false,
    });
  await speak(preferences().language);
}
