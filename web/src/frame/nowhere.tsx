// For addresses that lead to no screen.
import { words } from "../i18n";
import { addresses } from "../route";
import { Screen } from "../ui/screen";

export function Nowhere() {
  const text = words().common;
  return (
    <Screen title={text.nowhere}>
      <p>
        {text.nowhereAdvice} <a href={addresses.chat}>{text.chat}</a>
      </p>
    </Screen>
  );
}
