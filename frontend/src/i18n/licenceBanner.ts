import { addWords } from "./i18n";
import licenceBanner from "./licenceBanner.json";

addWords(licenceBanner);
