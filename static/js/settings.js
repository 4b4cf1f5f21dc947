/** The settings page: what is chosen for this browser. */

import { Notifier } from "./notifier.js";
import { Preferences } from "./preferences.js";
import { createPreferences } from "./views/preferences.js";
import { createPushSwitch } from "./views/push-switch.js";

const notifier = new Notifier(window);
createPreferences(document, new Preferences(localStorage), notifier);
createPushSwitch(document, notifier);
