import connections from "./connections.json";
import { addWords } from "./i18n";

addWords(connections);
