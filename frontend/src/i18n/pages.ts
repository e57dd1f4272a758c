import { addWords } from "./i18n";
import pages from "./pages.json";

addWords(pages);
