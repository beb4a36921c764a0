// Asks for the API token where the node wants one.
import { connection } from "../api/connection";
import { token } from "../api/token";
import { words } from "../i18n";
import { TokenForm } from "../settings/token";

export function Unlock() {
  if (connection.value.state !== "locked") return null;
  const text = words().common.unlock;
  return (
    <section class="banner unlock" aria-label={text.title}>
      <h2>{text.title}</h2>
      {token.value ? <p role="alert">{text.wrong}</p> : <p>{text.explain}</p>}
      <TokenForm />
    </section>
  );
}
