// TbSync's provider for ActiveSync in a Thunderbird of stand-ins: node tbsync.mjs FOLDER SERVER ZONE
//
// FOLDER holds the add-on's sources, none of which is changed. A line of JSON comes in for each thing
// that a person does, {"do": …, …}, and one goes out for what came of it.

import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { Books } from "./thunderbird/books.mjs";
import { install } from "./thunderbird/browser.mjs";
import { Calendars } from "./thunderbird/calendars.mjs";
import { Host } from "./thunderbird/host.mjs";
import { Network } from "./thunderbird/network.mjs";

const [folder, server, zone] = process.argv.slice(2);
for (const level of ["debug", "info", "log"]) console[level] = console.warn; // stdout is for answers

const load = (name) => import(pathToFileURL(path.join(folder, name)));
const { default: ICAL } = await load("vendor/ical.min.js");
const protocol = await load("vendor/tbsync/protocol.mjs");
const network = new Network(folder, server);
const books = new Books();
const calendars = new Calendars(ICAL, zone);
const browser = await install({ folder, network, books, calendars });
const host = new Host(browser, protocol, (type, id) =>
  type === "contacts" ? books.addressBooks.delete(id) : calendars.calendars.remove(id),
);
await load("background.mjs");

/** What a dialog of the add-on is told by its background page. */
async function dialog(type, values) {
  const answers = await browser.runtime.onMessage.fire({ type, ...values });
  const answer = answers.find((each) => each);
  if (!answer.ok) throw Object.assign(new Error(answer.error), answer);
  return answer.result;
}

/** A new account as the dialog "Autodiscover" makes it; `version` is what it was negotiated to. */
async function setUp({ email, password, version }) {
  const setupToken = crypto.randomUUID();
  const made = host.ask(protocol.HOST_CMD.OPEN_SETUP_POPUP, { setupToken });
  const found = await dialog("eas.discoverServer", { email, password });
  const user = found.user || email;
  const { server } = found;
  const created = { servertype: "auto", email, password, server, user };
  const account = await dialog("eas.createAccount", created);
  await browser.runtime.onMessage.fire({ type: "tbsync-setup-completed", setupToken, ...account });
  const { accountId } = await made;
  await dialog("eas.saveAccount", { accountId, patch: { syncOnChange: "0" } });
  if (version) host.account(accountId).custom.asversion = version;
  return { accountId, server };
}

const target = (accountId, type) =>
  host.folders(accountId).find((each) => each.targetType === type && each.selected)?.targetID;

const DEEDS = {
  setUp,
  connect: ({ accountId, types }) => host.connect(accountId, types),
  disconnect: ({ accountId }) => host.disconnect(accountId),
  synchronise: ({ accountId }) => host.synchronise(accountId),
  account: ({ accountId }) => host.account(accountId),
  folders: ({ accountId }) => host.folders(accountId),
  items: async ({ accountId, type }) => {
    const id = target(accountId, type);
    if (!id) return [];
    if (type === "contacts") {
      const cards = await books.contacts.list(id);
      return cards.map((card) => ({ id: card.id, text: card.properties.vCard }));
    }
    const items = await calendars.items.query({ calendarId: id });
    return items.map((each) => ({ id: each.id, text: each.item }));
  },
  save: async ({ accountId, type, id, text }) => {
    if (type !== "contacts") return calendars.save(target(accountId, type), text);
    if (!id) return books.contacts.create(target(accountId, type), { vCard: text });
    await books.contacts.update(id, { vCard: text });
    return id;
  },
  erase: async ({ accountId, type, id }) =>
    type === "contacts"
      ? books.contacts.delete(id)
      : calendars.erase(target(accountId, type), id),
  find: ({ text }) => books.search(text),
  freeBusy: async ({ address, start, end }) => {
    const types = ["free", "busy", "unavailable", "tentative"];
    const answers = await calendars.provider.onFreeBusy.fire(`mailto:${address}`, start, end, types);
    return answers.flat();
  },
  readOof: ({ accountId }) => dialog("eas.readOof", { accountId }),
  writeOof: ({ accountId, settings }) => dialog("eas.writeOof", { accountId, settings }),
  // What a person does in the manager, and what a profile restored from a copy looks like.
  change: ({ accountId, type, values }) => {
    const row = host.folders(accountId).find((each) => each.targetType === type);
    Object.assign(row, values, { custom: { ...row.custom, ...values.custom } });
  },
  maintain: ({ accountId }) => host.ask(protocol.HOST_CMD.MAINTAIN, { accountId }),
  server: ({ url }) => {
    network.server = url;
  },
  lose: ({ command, pattern }) => network.lose(command, pattern),
  requests: () => network.requests.splice(0),
  log: () => host.log.splice(0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: deed, ...values } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await DEEDS[deed](values)) ?? null };
  } catch (error) {
    const { message, code, details, stack } = error;
    answer = { error: message, code: code ?? null, details: details ?? stack };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
