/** Reads an event stream as its bytes come in; of each event only the data, which is all we send. */

export class EventStreamParser {
  #line = '';
  #data: string[] = [];
  #first = true;

  /** Takes the next piece, cut anywhere, and returns the data of each event that it completes. */
  push(piece: string): string[] {
    const events: string[] = [];
    let text = this.#line + piece;
    if (this.#first && text.length > 0) {
      text = text.replace(/^\uFEFF/, '');
      this.#first = false;
    }
    // A return at the very end may be the first half of an end of line.
    const held = text.endsWith('\r') ? '\r' : '';
    const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
    this.#line = (lines.pop() ?? '') + held;
    for (const line of lines) {
      if (line !== '') this.#field(line);
      else if (this.#data.length > 0) {
        events.push(this.#data.join('\n'));
        this.#data = [];
      }
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    if (name !== 'data') return;
    this.#data.push(colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, ''));
  }
}
