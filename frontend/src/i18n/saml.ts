import { addWords } from "./i18n";
import saml from "./saml.json";

addWords(saml);
