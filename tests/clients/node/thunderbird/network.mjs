// What lies between the add-on and the server: names, a log of requests, answers that are lost.

import { readFile } from "node:fs/promises";
import path from "node:path";

export const EXTENSION = "moz-extension://tbsync/";

export class Network {
  #real = globalThis.fetch;
  #losses = {};

  /** `folder`: the add-on's files. `server`: where every name of the domain leads. */
  constructor(folder, server) {
    this.folder = folder;
    this.server = server;
    this.requests = [];
    this.fetch = this.fetch.bind(this);
  }

  /** What becomes of the answers to the next requests of a command: `x` for one that is lost, `.`
   *  for one that arrives. */
  lose(command, pattern) {
    this.#losses[command] = [...pattern];
  }

  async fetch(where, init = {}) {
    const url = new URL(where);
    if (url.href.startsWith(EXTENSION)) {
      return new Response(await readFile(path.join(this.folder, url.pathname)));
    }
    const target = new URL(url.pathname + url.search, this.server);
    const command = url.searchParams.get("Cmd") ?? init.method;
    const answer = await this.#real(target, init);
    const body = await answer.arrayBuffer(); // the server has done it, whatever comes now
    const isLost = this.#losses[command]?.shift() === "x";
    const version = new Headers(init.headers).get("MS-ASProtocolVersion");
    this.requests.push({ url: url.href, command, version, status: answer.status, isLost });
    if (isLost) throw new TypeError("NetworkError when attempting to fetch resource.");
    const { status, headers } = answer;
    return new Response(body.byteLength ? body : null, { status, headers });
  }
}
