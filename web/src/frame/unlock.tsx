// Asks for the API token if the node requires one.
import { connection } from "../api/connection";
import { refused, token } from "../api/token";
import { words } from "../i18n";
import { TokenForm } from "../settings/token";

export function Unlock() {
  if (connection.value.state !== "locked") return null;
  const { unlock: text, asking } = words().common;
  const state = refused.value ? (
    <p role="alert">{text.wrong}</p>
  ) : (
    <p>{token.value ? asking : text.explain}</p>
  );
  return (
    <section class="banner unlock" aria-label={text.title}>
      <h2>{text.title}</h2>
      {state}
      <TokenForm />
    </section>
  );
}
