/** One event of a `text/event-stream`, as the HTML standard defines it. */
export interface StreamEvent {
  event: string;
  data: string;
  /** The last event id as of this event; empty when the stream has set none. */
  id: string;
}

/**
 * Takes the text of an event stream in any pieces and hands out whole events.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventStreamParser(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = "";
  let endedWithReturn = false;
  let isFirst = true;
  let event = "";
  let data: string[] = [];
  let id = "";

  function takeLine(line: string): void {
    if (line === "") {
      if (data.length > 0) onEvent({ event: event === "" ? "message" : event, data: data.join("\n"), id });
      event = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const raw = colon === -1 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) id = value;
  }

  return (text) => {
    let chunk = text;
    if (isFirst && chunk !== "") {
      isFirst = false;
      if (chunk.startsWith("\uFEFF")) chunk = chunk.slice(1);
    }
    // A return that ended the last piece and a newline that begins this one are one line end.
    if (endedWithReturn && chunk !== "") {
      if (chunk.startsWith("\n")) chunk = chunk.slice(1);
      endedWithReturn = false;
    }
    if (chunk.endsWith("\r")) endedWithReturn = true;
    const lines = (rest + chunk).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) takeLine(line);
  };
}
