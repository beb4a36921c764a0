// The genome: its end, whether it is sound, and its blocks.
import { useEffect } from "preact/hooks";
import { words } from "../i18n";
import { useLive } from "../live";
import { genome } from "../node";
import { Hex } from "../ui/copy";
import { Facts } from "../ui/facts";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Screen } from "../ui/screen";
import { Time, Zone } from "../ui/time";
import { BlockPanel } from "./block";
import { around } from "./blocks";
import { BrokenNote } from "./broken";
import { Check } from "./check";
import { BlocksPanel } from "./table";
import { followVerification, verification } from "./verification";

interface Props {
  block: number | null;
  until: number | null;
}

export function GenomeScreen({ block, until }: Props) {
  const text = words().genome;
  const shown = until ?? (block === null ? null : around(block));
  useLive(genome);
  useLive(verification);
  useEffect(followVerification, []);
  const about = (
    <div key="about" class="columns">
      <Panel title={text.head}>
        <Reading source={genome}>
          {({ length, head, time }) => (
            <Facts
              facts={[
                [text.length, text.blocks(length)],
                [text.headHash, <Hex key="head" value={head} />],
                [text.lastBlock, <Time key="time" at={time} />],
              ]}
            />
          )}
        </Reading>
      </Panel>
      <Check />
    </div>
  );
  const blocks = (
    <div key="blocks" class={block === null ? undefined : "beside"}>
      {block !== null && <BlockPanel key={block} index={block} until={until} />}
      <BlocksPanel until={shown} opened={block} />
    </div>
  );
  return (
    <Screen title={text.title} aside={<Zone />}>
      <BrokenNote verdict={verification.value.value?.verdict} />
      {/* The block that one came for is first, also on a narrow screen. */}
      {block === null ? [about, blocks] : [blocks, about]}
    </Screen>
  );
}
