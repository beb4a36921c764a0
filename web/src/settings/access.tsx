// The API token: whether one is used, and how to change or forget it.
import { connection } from "../api/connection";
import { dropToken, isKept, token } from "../api/token";
import { words } from "../i18n";
import { operations } from "../node";
import { Panel } from "../ui/panel";
import { TokenForm } from "./token";

export function Access() {
  const text = words().settings;
  const forget = () => {
    dropToken();
    void operations.refresh();
  };
  return (
    <Panel title={text.access}>
      <p>{token.value ? (isKept() ? text.tokenKept : text.tokenInMemory) : text.noToken}</p>
      {token.value && (
        <button type="button" onClick={forget}>
          {text.forgetToken}
        </button>
      )}
      {/* Where the node asks for it, the form is on top of every screen already. */}
      {connection.value.state !== "locked" && <TokenForm />}
    </Panel>
  );
}
