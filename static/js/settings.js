/** The settings page: what is chosen for this browser. */

import { Notifier } from "./notifier.js";
import { Preferences } from "./preferences.js";
import { createPreferences } from "./views/preferences.js";

createPreferences(document, new Preferences(localStorage), new Notifier(window));
