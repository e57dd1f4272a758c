import { addWords } from "./i18n";
import provisioning from "./provisioning.json";

addWords(provisioning);
