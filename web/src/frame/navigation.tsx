// The links to the screens.

import { words } from "../i18n";
import { addresses, type Screen } from "../route";

export function Navigation({ screen }: { screen: Screen }) {
  const text = words().common;
  const links: [Screen, string, string][] = [
    ["chat", addresses.chat, text.chat],
    ["knowledge", addresses.knowledge, text.knowledge],
    ["genome", addresses.genome, text.genome],
    ["operations", addresses.operations, text.operations],
    ["settings", addresses.settings, text.settings],
  ];
  // Traces and the runbook are opened from Operations, and belong to it.
  const current = screen === "traces" || screen === "runbook" ? "operations" : screen;
  return (
    <>
      <a class="brand" href={addresses.chat}>
        {text.product}
      </a>
      <nav aria-label={text.screens}>
        <ul>
          {links.map(([name, address, title]) => (
            <li key={name}>
              <a href={address} aria-current={name === current ? "page" : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}
