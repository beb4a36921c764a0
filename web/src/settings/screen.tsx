// Settings: what is recorded, where texts go, language, theme, and the token.
import { words } from "../i18n";
import { Screen } from "../ui/screen";
import { Access } from "./access";
import { Appearance } from "./appearance";
import { ConsentSettings } from "./consent";
import { Texts } from "./texts";

export function SettingsScreen() {
  return (
    <div class="narrow">
      <Screen title={words().settings.title}>
        <ConsentSettings />
        <Texts />
        <Appearance />
        <Access />
      </Screen>
    </div>
  );
}
