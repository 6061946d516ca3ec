// The calendars of a Thunderbird profile, as far as add-ons reach them that provide calendars.

import * as zones from "timezones-ical-library";

import { Event } from "./event.mjs";

const CACHE = "#cache";
const KINDS = { vevent: "event", vtodo: "task" };

/** The API `calendar`, and what a person does in the window. `ICAL` is the add-on's own parser:
 *  Thunderbird's is the same library. */
export class Calendars {
  #ical;
  #calendars = new Map();
  #items = new Map();

  constructor(ICAL, zone) {
    this.#ical = ICAL;
    this.provider = Object.fromEntries(
      ["ItemCreated", "ItemUpdated", "ItemRemoved", "Init", "Sync", "ResetSync", "FreeBusy"].map(
        (name) => [`on${name}`, new Event()],
      ),
    );
    this.calendars = {
      query: async () => structuredClone([...this.#calendars.values()]),
      get: async (id) => structuredClone(this.#calendars.get(id) ?? null),
      create: async (properties) => {
        const id = crypto.randomUUID();
        const calendar = { readOnly: false, enabled: true, color: "#A8C2E1", ...properties, id };
        this.#calendars.set(id, calendar);
        this.#items.set(id, new Map());
        await this.provider.onInit.fire(structuredClone(calendar));
        return structuredClone(calendar);
      },
      update: async (id, changes) => {
        const before = this.#calendar(id);
        const capabilities = { ...before.capabilities, ...changes.capabilities };
        this.#calendars.set(id, { ...before, ...changes, capabilities });
        await this.calendars.onUpdated.fire(structuredClone(this.#calendar(id)), changes);
      },
      remove: async (id) => {
        this.#calendar(id);
        this.#calendars.delete(id);
        this.#items.delete(id);
        await this.calendars.onRemoved.fire(id);
      },
      onUpdated: new Event(),
      onRemoved: new Event(),
    };
    this.items = {
      query: async ({ calendarId, type }) =>
        [...this.#stored(calendarId).values()].filter((item) => !type || item.type === type),
      get: async (calendarId, id) => this.#stored(calendarId).get(id) ?? null,
      create: async (calendarId, { item }) => this.#put(calendarId, this.#read(item)),
      update: async (calendarId, id, { item }) => {
        if (!this.#stored(calendarId).has(id)) throw new Error(`Could not find item ${id}`);
        return this.#put(calendarId, this.#read(item));
      },
      remove: async (calendarId, id) => {
        if (!this.#stored(calendarId).delete(id)) throw new Error(`Could not find item ${id}`);
      },
    };
    this.timezones = {
      currentZone: zone,
      timezoneIds: zones.tzlib_get_timezones(),
      getDefinition: async (id) => zones.tzlib_get_ical_block(id)[0] ?? null,
    };
  }

  #calendar(id) {
    const calendar = this.#calendars.get(id);
    if (!calendar) throw new Error(`Invalid calendar: ${id}`);
    return calendar;
  }

  #stored(id) {
    const own = id.endsWith(CACHE) ? id.slice(0, -CACHE.length) : id;
    this.#calendar(own);
    return this.#items.get(own);
  }

  #put(calendarId, item) {
    const stored = { ...item, calendarId: calendarId.replace(CACHE, "") };
    this.#stored(calendarId).set(item.id, stored);
    return structuredClone(stored);
  }

  /** An item of iCalendar; Error where Thunderbird would not take it. */
  #read(text) {
    const root = new this.#ical.Component(this.#ical.parse(text));
    const parts = root.getAllSubcomponents().filter((part) => part.name in KINDS);
    const masters = parts.filter((part) => !part.hasProperty("recurrence-id"));
    if (masters.length !== 1) throw new Error(`${masters.length} items where there must be one`);
    const [master] = masters;
    const uid = master.getFirstPropertyValue("uid") ?? null;
    for (const part of parts) {
      const same = part.name === master.name && (part.getFirstPropertyValue("uid") ?? null) === uid;
      if (!same) throw new Error("Exception does not relate to parent item");
    }
    const recurs = master.hasProperty("rrule") || master.hasProperty("rdate");
    if (parts.length > 1 && !recurs) {
      throw new Error("Exceptions were supplied to a non-recurring item");
    }
    return { id: uid, type: KINDS[master.name], format: "ical", item: text };
  }

  /** iCalendar with the definitions of its zones, as Thunderbird writes it. */
  #withZones(text) {
    const used = new Set([...text.matchAll(/TZID=([^:;\r\n]+)/g)].map(([, id]) => id));
    const known = new Set([...text.matchAll(/^TZID:(.+?)\r?$/gm)].map(([, id]) => id));
    const blocks = [...used].filter((id) => !known.has(id)).map((id) => zones.tzlib_get_ical_block(id)[0]);
    return text.replace(/^BEGIN:V(EVENT|TODO)/m, (begin) => [...blocks, begin].join("\r\n"));
  }

  /** A person saves an item: a new one where it has no UID, or one that nobody has. */
  async save(calendarId, text) {
    const calendar = structuredClone(this.#calendar(calendarId));
    const item = { ...this.#read(this.#withZones(text)), calendarId };
    const before = item.id && this.#stored(calendarId).get(item.id);
    const [said] = before
      ? await this.provider.onItemUpdated.fire(calendar, item, structuredClone(before), {})
      : await this.provider.onItemCreated.fire(calendar, item, {});
    if (!said || said.error) throw new Error(`the add-on refused it: ${said?.error}`);
    const kept = said.type ? this.#read(said.item) : item;
    return this.#put(calendarId, { ...kept, id: kept.id ?? crypto.randomUUID() }).id;
  }

  /** A person deletes an item. */
  async erase(calendarId, id) {
    const item = this.#stored(calendarId).get(id);
    if (!item) throw new Error(`Could not find item ${id}`);
    const calendar = structuredClone(this.#calendar(calendarId));
    const [said] = await this.provider.onItemRemoved.fire(calendar, structuredClone(item), {});
    if (said?.error) throw new Error(`the add-on refused it: ${said.error}`);
    this.#stored(calendarId).delete(id);
  }
}
