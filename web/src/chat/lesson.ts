// Parses `stimulus -> response`, and counts bytes as the node does.

export interface Lesson {
  stimulus: string;
  response: string;
}

/** An arrow between spaces or line ends. */
const ARROW = /(?:^|\s)(?:->|→)(?:\s|$)/u;

/** The lesson in a text, if it contains an arrow; the first arrow counts. */
export function lessonIn(text: string): Lesson | null {
  const arrow = ARROW.exec(text);
  if (!arrow) return null;
  return {
    stimulus: text.slice(0, arrow.index).trim(),
    response: text.slice(arrow.index + arrow[0].length).trim(),
  };
}

/** A lesson as one writes it. */
export function textOf({ stimulus, response }: Lesson): string {
  return `${stimulus} -> ${response}`;
}

/** Whether there is text on both sides. */
export function isWhole({ stimulus, response }: Lesson): boolean {
  return stimulus.trim() !== "" && response.trim() !== "";
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
