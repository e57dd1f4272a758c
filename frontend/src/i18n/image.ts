import { addWords } from "./i18n";
import image from "./image.json";

addWords(image);
