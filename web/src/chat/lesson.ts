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

/** Whether there is text on both sides. */
export function isWhole({ stimulus, response }: Lesson): boolean {
  return stimulus.trim() !== "" && response.trim() !== "";
}

/** What was written into a field that showed `original`, with its line ends: a field of the browser knows only `\n`. */
export function withLineEnds(original: string, written: string): string {
  const isWindows = original.includes("\r\n") && !/(^|[^\r])\n|\r(?!\n)/.test(original);
  return isWindows ? written.replace(/\r?\n/g, "\r\n") : written;
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
