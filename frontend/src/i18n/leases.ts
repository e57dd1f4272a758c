import { addWords } from "./i18n";
import leases from "./leases.json";

addWords(leases);
