// A block by its number, as a link to it.
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";

export function BlockLink({ index }: { index: number }) {
  return <a href={addresses.block(index)}>{words().genome.block(format().number(index))}</a>;
}
