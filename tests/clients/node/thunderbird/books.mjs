// The address books of a Thunderbird profile, as far as add-ons reach them: books, cards, lists.

import { Event } from "./event.mjs";

const UID = /^UID[^:\r\n]*:(?:urn:uuid:)?(.*)$/im;

const gone = (kind, id) => new Error(`${kind} with id=${id} could not be found.`);

/** The APIs `addressBooks`, `contacts` and `mailingLists`, and the books behind them. */
export class Books {
  #books = new Map();
  #cards = new Map();

  constructor() {
    this.addressBooks = {
      create: async ({ name }) => {
        const id = crypto.randomUUID();
        this.#books.set(id, { id, type: "addressBook", name });
        return id;
      },
      get: async (id) => structuredClone(this.#book(id)),
      list: async () => structuredClone([...this.#books.values()]),
      delete: async (id) => {
        this.#book(id);
        this.#books.delete(id);
        for (const card of this.#of(id)) this.#cards.delete(card.id);
        await this.addressBooks.onDeleted.fire(id);
      },
      onUpdated: new Event(),
      onDeleted: new Event(),
      provider: { onSearchRequest: new Event() },
    };
    this.contacts = {
      list: async (bookId) => {
        this.#book(bookId);
        return structuredClone(this.#of(bookId));
      },
      get: async (id) => structuredClone(this.#card(id)),
      create: async (bookId, { vCard }) => {
        this.#book(bookId);
        const id = UID.exec(vCard)?.[1].trim() || crypto.randomUUID();
        if (this.#cards.has(id)) throw new Error(`Duplicate contact id: ${id}`);
        this.#cards.set(id, node(id, bookId, vCard));
        await this.contacts.onCreated.fire(structuredClone(this.#card(id)), id);
        return id;
      },
      update: async (id, { vCard }) => {
        const { parentId } = this.#card(id);
        const said = UID.exec(vCard)?.[1].trim();
        if (said && said !== id) throw new Error("The card's UID may not be changed");
        this.#cards.set(id, node(id, parentId, vCard));
        await this.contacts.onUpdated.fire(structuredClone(this.#card(id)), {});
      },
      delete: async (id) => {
        const { parentId } = this.#card(id);
        this.#cards.delete(id);
        await this.contacts.onDeleted.fire(parentId, id);
      },
      onCreated: new Event(),
      onUpdated: new Event(),
      onDeleted: new Event(),
    };
    // Nobody makes lists in this profile.
    this.mailingLists = {
      list: async (bookId) => {
        this.#book(bookId);
        return [];
      },
      get: async (id) => {
        throw gone("mailingList", id);
      },
      onCreated: new Event(),
      onUpdated: new Event(),
      onDeleted: new Event(),
      onMemberAdded: new Event(),
      onMemberRemoved: new Event(),
    };
  }

  #book(id) {
    const book = this.#books.get(id);
    if (!book) throw gone("addressBook", id);
    return book;
  }

  #card(id) {
    const card = this.#cards.get(id);
    if (!card) throw gone("contact", id);
    return card;
  }

  #of(bookId) {
    return [...this.#cards.values()].filter((card) => card.parentId === bookId);
  }

  /** Whom the add-on's directories find for what somebody typed. */
  async search(text) {
    const answers = await this.addressBooks.provider.onSearchRequest.fire({}, text, "(query)");
    return answers.flatMap((answer) => answer.results);
  }
}

/** A card as the API hands it out; Thunderbird gives every card a UID. */
function node(id, parentId, vCard) {
  const whole = UID.test(vCard) ? vCard : vCard.replace(/END:VCARD/i, `UID:${id}\r\nEND:VCARD`);
  return { id, parentId, type: "contact", readOnly: false, properties: { vCard: whole } };
}
