// The host of TbSync's providers: it owns accounts and folders, and says when to synchronise.
// Spoken to over a port, in the messages that the add-on's `protocol.mjs` describes.

import { Event } from "./event.mjs";

const ID = "tbsync@jobisoft.de";
const RUNS_MAX = 3;
// What a provider may change in a row, beside `custom`.
const ACCOUNT_FIELDS = ["accountName", "noAutosyncUntil", "icon"];
const FOLDER_FIELDS = [
  ...["displayName", "targetType", "readOnly"],
  ...["targetID", "targetName", "targetColor", "localChanges"],
];

export class Host {
  #browser;
  #protocol;
  #port;
  #waiting = new Map();
  #accounts = new Map();
  #folders = new Map();
  /** What the provider reported: `{level, message, details}`. */
  log = [];

  /** `protocol`: the add-on's own module of that name. `removeTarget(type, id)` deletes a book or a
   *  calendar. */
  constructor(browser, protocol, removeTarget) {
    this.#browser = browser;
    this.#protocol = protocol;
    this.removeTarget = removeTarget;
    browser.runtime.sendMessage = async (to, message) => this.#receive(to, message);
  }

  /** A provider announces itself, and is given a port. */
  #receive(to, message) {
    const { DISCOVERY, PORT_NAME, PROTOCOL_VERSION } = this.#protocol;
    if (to !== ID || message.type !== DISCOVERY.ANNOUNCE) throw new Error("nobody listens");
    if (message.protocolVersion !== PROTOCOL_VERSION) return { ok: false };
    const [onMessage, onDisconnect] = [new Event(), new Event()];
    const postMessage = (said) => queueMicrotask(() => this.#hear(structuredClone(said)));
    this.#port = { onMessage, onDisconnect };
    const port = { name: PORT_NAME, sender: { id: ID }, onMessage, onDisconnect, postMessage };
    queueMicrotask(() => this.#browser.runtime.onConnectExternal.fire(port));
    return { ok: true };
  }

  async #hear(said) {
    const { requestId, cmd, type } = said;
    if (type) return this.#note(type, said.payload);
    if (!cmd) return this.#settle(said);
    let answer;
    try {
      const result = await this.#do(cmd, said.args ?? {});
      answer = { requestId, ok: true, result: structuredClone(result ?? null) };
    } catch (error) {
      answer = { requestId, ok: false, error: error.message, errorCode: error.code };
    }
    return this.#port.onMessage.fire(answer);
  }

  #note(type, payload) {
    if (type === this.#protocol.PROVIDER_NOTIFY.REPORT_EVENT_LOG) this.log.push(payload);
  }

  #settle({ requestId, ok, result, error, errorCode, errorDetails }) {
    const { resolve, reject } = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    if (ok) return resolve(result);
    return reject(Object.assign(new Error(error), { code: errorCode, details: errorDetails }));
  }

  /** The provider's answer to a command of HOST_CMD. */
  ask(command, args) {
    const requestId = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject });
      this.#port.onMessage.fire({ requestId, cmd: command, args: structuredClone(args) });
    });
  }

  // -- what the provider asks ---------------------------------------------------------------

  #do(cmd, args) {
    const { PROVIDER_CMD } = this.#protocol;
    const verbs = {
      [PROVIDER_CMD.REGISTER_ACCOUNT]: () => this.#register(args),
      [PROVIDER_CMD.UPDATE_ACCOUNT]: () => {
        patch(this.#account(args.accountId), args.patch, ACCOUNT_FIELDS);
      },
      [PROVIDER_CMD.UPDATE_FOLDER]: () => {
        patch(this.#folder(args.accountId, args.folderId), args.patch, FOLDER_FIELDS);
      },
      [PROVIDER_CMD.PUSH_FOLDER_LIST]: () => this.#push(args),
      [PROVIDER_CMD.LIST_ACCOUNTS]: () => [...this.#accounts.values()],
      [PROVIDER_CMD.GET_ACCOUNT]: () => {
        const account = this.#accounts.get(args.accountId);
        return account ? { account, folders: this.folders(args.accountId) } : null;
      },
      [PROVIDER_CMD.FOLDER_TARGET_REMOVED]: () => this.#unbind(args.targetID),
      [PROVIDER_CMD.SET_PROVIDER_UPGRADE_LOCK]: () => null,
      [PROVIDER_CMD.SET_ACCOUNT_SETUP_LOCK]: () => null,
      [PROVIDER_CMD.REPORT_ORPHANED_TARGETS]: () => null,
    };
    if (!verbs[cmd]) throw Object.assign(new Error(cmd), { code: this.#protocol.ERR.UNKNOWN_COMMAND });
    return verbs[cmd]();
  }

  #register({ accountName, icon, custom }) {
    const accountId = crypto.randomUUID();
    const account = { accountId, accountName, icon, enabled: false, error: null, custom };
    this.#accounts.set(accountId, account);
    this.#folders.set(accountId, new Map());
    return { accountId };
  }

  #account(accountId) {
    const account = this.#accounts.get(accountId);
    if (account) return account;
    throw Object.assign(new Error("no account"), { code: this.#protocol.ERR.UNKNOWN_ACCOUNT });
  }

  #folder(accountId, folderId) {
    const folder = this.#folders.get(accountId)?.get(folderId);
    if (folder) return folder;
    throw Object.assign(new Error("no folder"), { code: this.#protocol.ERR.UNKNOWN_FOLDER });
  }

  /** The new list of folders; what is known of those that stay is kept. */
  async #push({ accountId, folders }) {
    const before = this.#folders.get(accountId);
    const after = new Map();
    for (const said of folders) {
      const known = before.get(said.folderId) ?? {
        ...{ accountId, selected: false, readOnly: false, downloadOnly: false },
        ...{ error: null, warning: null, targetID: null, sessionId: crypto.randomUUID() },
      };
      after.set(said.folderId, { ...known, ...said, selected: known.selected });
    }
    this.#folders.set(accountId, after);
    for (const [id, folder] of before) if (!after.has(id)) await this.#drop(folder);
  }

  /** A folder leaves the profile with its book or calendar. */
  async #drop(folder) {
    const { targetType, targetID } = folder;
    end(folder);
    if (targetID) await this.removeTarget(targetType, targetID);
  }

  /** Somebody deleted the book or calendar of a folder: it is not synchronised any more. */
  #unbind(targetID) {
    const rows = [...this.#folders.values()].flatMap((folders) => [...folders.values()]);
    const folder = rows.find((each) => each.targetID === targetID);
    if (!folder) return;
    folder.selected = false;
    end(folder);
  }

  // -- what a person does in the manager ----------------------------------------------------

  account(accountId) {
    return this.#account(accountId);
  }

  folders(accountId) {
    return [...(this.#folders.get(accountId)?.values() ?? [])];
  }

  /** Connect: the provider finds the folders; all of the given types are selected. */
  async connect(accountId, types) {
    this.#account(accountId).enabled = true;
    await this.ask(this.#protocol.HOST_CMD.ACCOUNT_ENABLED, { accountId });
    for (const folder of this.folders(accountId)) {
      if (folder.hidden || !types.includes(folder.targetType)) continue;
      folder.selected = true;
      await this.ask(this.#protocol.HOST_CMD.FOLDER_ENABLED, folder);
    }
  }

  /** Disconnect: the folders go, and their books and calendars. */
  async disconnect(accountId) {
    await this.ask(this.#protocol.HOST_CMD.ACCOUNT_DISABLED, { accountId });
    for (const folder of this.folders(accountId)) await this.#drop(folder);
    this.#folders.set(accountId, new Map());
    this.#account(accountId).enabled = false;
  }

  /** Synchronise the account and all selected folders, again where the provider asks for it. */
  async synchronise(accountId) {
    for (let run = 1; run <= RUNS_MAX; run++) {
      const { HOST_CMD } = this.#protocol;
      await this.ask(HOST_CMD.SYNC_ACCOUNT, { accountId });
      const isWhole = await this.#synchroniseFolders(accountId);
      if (isWhole) return run;
    }
    throw new Error(`${RUNS_MAX} runs, and the provider asks for another`);
  }

  async #synchroniseFolders(accountId) {
    for (const { folderId, selected } of this.folders(accountId)) {
      if (!selected) continue;
      const args = { accountId, folderId };
      const said = await this.ask(this.#protocol.HOST_CMD.SYNC_FOLDER, args);
      if (said.type === "account_rerun") return false;
      const folder = this.#folder(accountId, folderId);
      folder.error = said.type === "error" ? said.message : null;
      folder.warning = said.type === "warning" ? said.message : null;
    }
    return true;
  }
}

/** The generation of a folder's row that had this book or calendar is over. */
function end(folder) {
  Object.assign(folder, { targetID: null, sessionId: crypto.randomUUID(), localChanges: 0 });
}

/** Write the fields that may be written, and join `custom` with what is there. */
function patch(row, said, fields) {
  for (const field of fields) if (field in said) row[field] = said[field];
  row.custom = { ...row.custom, ...said.custom };
}
