// How much of the past is shown. The choice is in the address.
import { record } from "../actions/log";
import { words } from "../i18n";
import { addresses, RANGES, type Range } from "../route";

export function Ranges({ chosen }: { chosen: Range }) {
  const text = words().operations;
  return (
    <ul class="ranges" aria-label={text.range}>
      {RANGES.map((range) => (
        <li key={range}>
          <a
            href={addresses.range(range)}
            aria-current={range === chosen ? "true" : undefined}
            onClick={() => record({ action: "operations.range" })}
          >
            {text.ranges[range]}
          </a>
        </li>
      ))}
    </ul>
  );
}
