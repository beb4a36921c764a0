// Language, theme and keys.
import { record } from "../actions/log";
import { words } from "../i18n";
import { Panel } from "../ui/panel";
import { LANGUAGES, type Language, language, slash, THEMES, type Theme, theme } from "./preferences";

/** Each language by its own name, for people who read no other. */
const NAMES: Record<Language, string> = { en: "English", ru: "Русский" };

export function Appearance() {
  const text = words().settings;
  const themes: Record<Theme, string> = { light: text.light, dark: text.dark };
  return (
    <Panel title={text.appearance}>
      <div class="choices">
        <Choice
          legend={text.language}
          options={LANGUAGES.map((tag) => ({ value: tag, name: NAMES[tag], lang: tag }))}
          chosen={language.chosen.value}
          choose={(tag) => {
            language.choose(tag);
            record({ action: "settings.language" });
          }}
        />
        <Choice
          legend={text.theme}
          options={THEMES.map((name) => ({ value: name, name: themes[name] }))}
          chosen={theme.chosen.value}
          choose={(name) => {
            theme.choose(name);
            record({ action: "settings.theme" });
          }}
        />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={slash.chosen.value !== "off"}
          onChange={(event) => slash.choose(event.currentTarget.checked ? null : "off")}
        />
        {text.slash}
      </label>
    </Panel>
  );
}

interface ChoiceProps<T> {
  legend: string;
  options: { value: T; name: string; lang?: string }[];
  chosen: T | null;
  choose: (value: T | null) => void;
}

function Choice<T extends string>({ legend, options, chosen, choose }: ChoiceProps<T>) {
  const all = [{ value: null, name: words().settings.asBrowser, lang: undefined }, ...options];
  return (
    <fieldset>
      <legend>{legend}</legend>
      {all.map(({ value, name, lang }) => (
        <label key={name} class="check" lang={lang}>
          <input type="radio" name={legend} checked={chosen === value} onChange={() => choose(value)} />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
