// How long drills took: a heatmap that is itself a table, so it needs no separate one.
import { words } from "../i18n";
import { format } from "../i18n/format";
import { soaks } from "../node";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { type Heat, heatOf, LIMIT, strength } from "./heat";

export function Heatmap() {
  const text = words().drills;
  return (
    <Panel title={text.heatmap}>
      <Reading source={soaks}>
        {(known) => {
          const heat = heatOf(known.soaks);
          return heat ? <Grid heat={heat} /> : <p class="muted">{text.noneCompleted}</p>;
        }}
      </Reading>
    </Panel>
  );
}

function Grid({ heat }: { heat: Heat }) {
  const text = words().drills;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/useSemanticElements: the panel around it is a region of this name already.
    <div class="scroll" role="group" aria-label={text.heatmap} tabIndex={0}>
      <table class="heat">
        <caption class="small muted">{text.heatmapExplain}</caption>
        <thead>
          <tr>
            <th scope="col">{text.upTo}</th>
            {heat.columns.map((from) => (
              <th key={from} scope="col">
                {heat.daily ? format().day(from) : format().axis(from)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heat.rows.map(({ bound, counts }) => (
            <tr key={bound} class={bound === LIMIT ? "limit" : undefined}>
              <th scope="row">{bound === Infinity ? text.longer : format().duration(bound)}</th>
              {counts.map((count, index) => (
                <td key={heat.columns[index]} class={`heat-${strength(count, heat.most)}`}>
                  {count > 0 ? format().number(count) : <span class="hidden">0</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
