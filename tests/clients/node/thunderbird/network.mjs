// What lies between the add-on and the server: names, a log of requests, answers that are lost.

import { readFile } from "node:fs/promises";
import path from "node:path";

export const EXTENSION = "moz-extension://tbsync/";

export class Network {
  #real = globalThis.fetch;
  #losses = [];

  /** `folder`: the add-on's files. `server`: where every name of the domain leads. */
  constructor(folder, server) {
    this.folder = folder;
    this.server = server;
    this.requests = [];
    this.fetch = this.fetch.bind(this);
  }

  /** The answers to the next `times` requests of a command do not arrive. */
  lose(command, times) {
    this.#losses.push(...Array(times).fill(command));
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
    const index = this.#losses.indexOf(command);
    const isLost = index >= 0;
    if (isLost) this.#losses.splice(index, 1);
    const version = new Headers(init.headers).get("MS-ASProtocolVersion");
    this.requests.push({ url: url.href, command, version, status: answer.status, isLost });
    if (isLost) throw new TypeError("NetworkError when attempting to fetch resource.");
    const { status, headers } = answer;
    return new Response(body.byteLength ? body : null, { status, headers });
  }
}
