/** One thing that a client of PostgreSQL asks for: everything up to the message that makes the server answer. */
export type Request = {
  bytes: Buffer;
  /** The statement, as far as the client said it in words; empty for the start of a connection and its end. */
  statement: string;
};

/**
 * Cuts what a client sends into requests (PostgreSQL's protocol 3.0): the start of the connection, which has no type, then groups of
 * messages that end with Sync, and single ones (Query, Terminate). Remembers the texts of prepared statements.
 */
export class FrontendMessages {
  #rest = Buffer.alloc(0);
  #group: Buffer[] = [];
  #statement = '';
  #hasStarted = false;
  readonly #prepared = new Map<string, string>();

  take(chunk: Buffer): Request[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const requests: Request[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      this.#group.push(message);
      if (this.#isOver(message)) {
        requests.push({ bytes: Buffer.concat(this.#group), statement: this.#statement });
        this.#group = [];
        this.#statement = '';
      }
    }
    return requests;
  }

  #next(): Buffer | undefined {
    const lengthAt = this.#hasStarted ? 1 : 0;
    if (this.#rest.length < lengthAt + 4) return undefined;
    const length = lengthAt + this.#rest.readUInt32BE(lengthAt);
    if (this.#rest.length < length) return undefined;
    const message = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return message;
  }

  #isOver(message: Buffer): boolean {
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      return true;
    }
    const type = String.fromCharCode(message[0] ?? 0);
    const [first = '', second = ''] = message.subarray(5).toString('utf8').split('\0', 2);
    switch (type) {
      case 'Q':
        this.#statement = first;
        return true;
      case 'P':
        this.#prepared.set(first, second);
        this.#statement = second;
        return false;
      case 'B':
        this.#statement = this.#prepared.get(second) ?? second;
        return false;
      case 'D':
      case 'E':
      case 'C':
      case 'H':
        return false;
      default:
        // Sync, Terminate, a password.
        return true;
    }
  }
}

/** Reads, from what a server sends, after which answers it waits for the next request, and whether a transaction is open then. */
export class BackendMessages {
  #rest = Buffer.alloc(0);

  /** One for every answer that ends in this chunk: `I` no transaction is open, `T` one is, `E` one has failed. */
  take(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const states: string[] = [];
    while (this.#rest.length >= 5) {
      const length = 1 + this.#rest.readUInt32BE(1);
      if (this.#rest.length < length) break;
      if (this.#rest[0] === 0x5a) states.push(String.fromCharCode(this.#rest[5] ?? 0));
      this.#rest = this.#rest.subarray(length);
    }
    return states;
  }
}
