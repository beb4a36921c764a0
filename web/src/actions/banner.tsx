// Asks once whether actions may be recorded. Both answers are equally easy, and the page works without one.
import { words } from "../i18n";
import { addresses, route } from "../route";
import { choose, undecided } from "./consent";
import { record } from "./log";

export function ConsentBanner() {
  // Settings has its own form of this question.
  if (!undecided.value || route.value.screen === "settings") return null;
  const text = words().actions;
  return (
    <section class="consent" aria-label={text.title}>
      <div>
        <p>
          <strong>{text.ask}</strong>
        </p>
        <p class="small">
          {text.askExplain} <a href={addresses.settings}>{text.askMore}</a>
        </p>
      </div>
      <ConsentButtons chosen={leave} />
    </section>
  );
}

/** The banner goes away, and the focus with it: it returns to the screen, where one was. */
function leave(): void {
  document.getElementById("content")?.focus({ preventScroll: true });
}

export function ConsentButtons({ chosen }: { chosen?: () => void }) {
  const text = words().actions;
  const allow = () => {
    choose(true);
    record({ action: "consent.grant" });
    chosen?.();
  };
  const refuse = () => {
    choose(false);
    chosen?.();
  };
  return (
    <div class="bar">
      <button type="button" onClick={allow}>
        {text.yes}
      </button>
      <button type="button" onClick={refuse}>
        {text.no}
      </button>
    </div>
  );
}
