// Settings: what is recorded, language, theme, and the token.
import { words } from "../i18n";
import { Screen } from "../ui/screen";
import { Access } from "./access";
import { Appearance } from "./appearance";
import { ConsentSettings } from "./consent";

export function SettingsScreen() {
  return (
    <div class="narrow">
      <Screen title={words().settings.title}>
        <ConsentSettings />
        <Appearance />
        <Access />
      </Screen>
    </div>
  );
}
