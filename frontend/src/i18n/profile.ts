import { addWords } from "./i18n";
import profile from "./profile.json";

addWords(profile);
