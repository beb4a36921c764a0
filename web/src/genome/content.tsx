// The content of a block, by event type.
import type { Block } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { BlockLink } from "../ui/block_link";
import { Hex } from "../ui/copy";
import { Facts } from "../ui/facts";
import { LessonView } from "../ui/lesson";

export function ContentView({ block }: { block: Block }) {
  const text = words().genome;
  const { content } = block;
  if (block.erased_by != null) {
    return (
      <p class="note">
        {text.contentErased} <BlockLink index={block.erased_by} />.
      </p>
    );
  }
  if (!content) return block.fault ? null : <p class="muted">{text.noContent}</p>;
  if ("stimulus" in content) {
    return <LessonView lesson={content} />;
  }
  if ("match" in content) return <Asked content={content} />;
  if ("erased" in content) {
    return (
      <p>
        {text.erasedBlocks}{" "}
        {content.erased.map((index) => (
          <span key={index} class="item">
            <BlockLink index={index} />
          </span>
        ))}
      </p>
    );
  }
  return <Facts facts={[[text.genomeId, <Hex key="id" value={content.genome_id} short={false} />]]} />;
}

function Asked({ content }: { content: { match: string; source?: number | null; score: number } }) {
  const text = words().genome;
  return (
    <>
      <Facts
        facts={[
          [text.answered, text.matches[content.match as keyof typeof text.matches]],
          [text.score, format().percent(content.score)],
          [text.source, content.source == null ? "—" : <BlockLink key="source" index={content.source} />],
        ]}
      />
      <p class="small muted">{text.questionNotRecorded}</p>
    </>
  );
}
