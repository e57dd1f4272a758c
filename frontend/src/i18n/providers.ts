import { addWords } from "./i18n";
import providers from "./providers.json";

addWords(providers);
