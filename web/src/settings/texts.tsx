// Where the texts of questions go: nowhere, or to the host of a model.
import type { RecallState } from "../api/types";
import { words } from "../i18n";
import { operations } from "../node";
import { Facts } from "../ui/facts";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";

export function Texts() {
  return (
    <Panel title={words().settings.texts}>
      <Reading source={operations}>{({ recall }) => <Where recall={recall} />}</Reading>
    </Panel>
  );
}

function Where({ recall: { sent_to: host, model } }: { recall: RecallState }) {
  const text = words().settings;
  return (
    <>
      {host == null ? (
        <p>{text.textsStay}</p>
      ) : (
        <div class="note">
          <p>
            <strong>{text.textsSent(host)}</strong>
          </p>
          <p>{text.textsSentMore}</p>
        </div>
      )}
      {model != null && <Facts facts={[[text.model, <code key="model">{model}</code>]]} />}
    </>
  );
}
