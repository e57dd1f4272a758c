import { addWords } from "./i18n";
import metering from "./metering.json";

addWords(metering);
