// The global objects of an extension's background page: `browser`, `messenger`, `DOMParser`, `fetch`.

import { readFile } from "node:fs/promises";
import path from "node:path";

import { JSDOM } from "jsdom";

import { Event } from "./event.mjs";
import { EXTENSION } from "./network.mjs";

const LOCALE = "en-US";
const MAILBOX = /^\s*(?:(.*?)\s*<([^>]*)>|(\S+))\s*$/;

/** Make this process the background page of the add-on in a folder; its `browser`. */
export async function install({ folder, network, books, calendars }) {
  const { window } = new JSDOM("");
  const browser = await api(folder);
  globalThis.DOMParser = window.DOMParser;
  globalThis.XMLSerializer = window.XMLSerializer;
  globalThis.fetch = network.fetch;
  globalThis.browser = browser;
  globalThis.messenger = {
    ...browser,
    addressBooks: books.addressBooks,
    contacts: books.contacts,
    mailingLists: books.mailingLists,
    calendar: calendars,
    messengerUtilities: {
      parseMailboxString: async (text) => [mailbox(text)],
      convertToPlainText: async (html) => plain(new window.DOMParser(), html),
    },
  };
  return browser;
}

async function api(folder) {
  const read = async (name) => JSON.parse(await readFile(path.join(folder, name), "utf8"));
  const manifest = await read("manifest.json");
  const words = await read(`_locales/${LOCALE}/messages.json`);
  let windows = 0;
  return {
    i18n: { getMessage: (key, values = []) => message(words[key], [values].flat()) },
    storage: { local: storage() },
    runtime: {
      id: manifest.browser_specific_settings.gecko.id,
      getManifest: () => structuredClone(manifest),
      getURL: (name) => EXTENSION + name,
      getPlatformInfo: async () => ({ os: "linux", arch: "x86-64" }),
      sendMessage: async () => {
        throw new Error("Could not establish connection. Receiving end does not exist.");
      },
      onMessage: new Event(),
      onMessageExternal: new Event(),
      onConnectExternal: new Event(),
    },
    management: { getSelf: async () => ({ installType: "normal" }) },
    tabs: { onUpdated: new Event() },
    webRequest: { onBeforeSendHeaders: new Event() },
    windows: {
      create: async ({ url }) => ({ id: ++windows, url }),
      update: async () => {},
      remove: async () => {},
      onRemoved: new Event(),
    },
    // The profile is new: nothing is left of older versions.
    LegacyPrefs: { getUserPref: async () => null },
    LegacyLoginManager: { getLoginInfo: async () => null },
  };
}

/** A text of the add-on with its placeholders filled in. */
function message(entry, values) {
  if (!entry) return "";
  const filled = entry.message.replace(/\$(\w+)\$/g, (whole, name) => {
    const found = Object.entries(entry.placeholders ?? {}).find(
      ([key]) => key.toLowerCase() === name.toLowerCase(),
    );
    return found ? found[1].content : whole;
  });
  return filled.replace(/\$(\d)/g, (_, number) => values[number - 1] ?? "");
}

/** `storage.local`: what goes in and comes out is a copy. */
function storage() {
  const kept = new Map();
  return {
    get: async (keys) => {
      const wanted = defaults(keys, kept);
      const found = Object.entries(wanted).map(([key, other]) => [key, kept.get(key) ?? other]);
      return structuredClone(Object.fromEntries(found.filter(([, value]) => value !== undefined)));
    },
    set: async (values) => {
      for (const [key, value] of Object.entries(structuredClone(values))) kept.set(key, value);
    },
    remove: async (keys) => [keys].flat().forEach((key) => kept.delete(key)),
  };
}

/** What was asked for, with the values to give where there is none. */
function defaults(keys, kept) {
  if (keys === null || keys === undefined) return Object.fromEntries(kept);
  if (typeof keys === "string") return { [keys]: undefined };
  if (Array.isArray(keys)) return Object.fromEntries(keys.map((key) => [key, undefined]));
  return keys;
}

function mailbox(text) {
  const [, name, address, bare] = MAILBOX.exec(text) ?? [];
  return { name: name?.replace(/^"|"$/g, "") || null, email: address ?? bare ?? text };
}

/** HTML as text: lines end where blocks do. */
function plain(parser, html) {
  const { body } = parser.parseFromString(html, "text/html");
  for (const end of body.querySelectorAll("br, p, div, li")) end.append("\n");
  for (const line of body.querySelectorAll("br")) line.replaceWith("\n");
  return body.textContent.trim();
}
