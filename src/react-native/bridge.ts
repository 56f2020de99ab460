// Connects an app with the page in its web view, which may not be there yet, and may end and start again at any time.

import { EngineError } from '../errors.js';
import { decode, FAILED, HELLO, partJoiner, READY, RECEIVE, type ToApp } from './messages.js';
import { PageLife } from './page-life.js';

/** How long calls wait for a `<GroupwiseView />` and for its page, in milliseconds. */
export type Patience = { view: number; page: number };

type Waiting = { resolve: (page: PageLife) => void; reject: (error: unknown) => void };

/** Connects an app with the page of its `<GroupwiseView />`. */
export class Bridge {
  readonly #patience: Patience;
  readonly #waiting = new Set<Waiting>();
  #run: ((script: string) => void) | undefined;
  #receive: ((part: string) => void) | undefined;
  #page: PageLife | undefined;
  #lastChannel = 0;

  /** @param patience how long calls wait */
  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /**
   * Connects a view. Returns a function to call when the view is gone.
   *
   * @param run runs a script in the page of the view
   * @param isRunning whether the page may be running already: components that were hidden keep their web view
   * @throws {EngineError} if there is another view
   */
  attach(run: (script: string) => void, isRunning: boolean): () => void {
    if (this.#run) throw new EngineError('there are two <GroupwiseView />: render one, at the root of the app');
    this.#run = run;
    this.restart();
    if (isRunning) run(`typeof ${RECEIVE}==='function'&&${RECEIVE}('${HELLO}');true;`);
    return () => {
      this.#run = undefined;
      this.restart();
    };
  }

  /** The page ended: calls wait for the next one. */
  restart(): void {
    this.#page?.end();
    this.#page = undefined;
    this.#receive = partJoiner((text) => this.#onText(text));
  }

  /** Takes what the page posted. */
  receive(part: string): void {
    if (part.startsWith(FAILED)) this.fail(part.slice(FAILED.length));
    else if (part === READY) this.#start();
    else this.#receive?.(part);
  }

  /** The page cannot start, or cannot read a message: calls that wait for it reject. */
  fail(why: string): void {
    const what = this.#page ? 'failed' : 'cannot start';
    const error = new EngineError(`the page of <GroupwiseView /> ${what}: ${why}`);
    this.#page?.rejectAll(error);
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  /** The number of a channel that no model has. */
  newChannel(): number {
    return ++this.#lastChannel;
  }

  /** The page, or `undefined` while there is none. */
  get current(): PageLife | undefined {
    return this.#page;
  }

  /** The page, when it is ready. @throws {EngineError} if there is no view, or its page does not start */
  async page(): Promise<PageLife> {
    if (this.#page) return this.#page;
    const { view, page } = this.#patience;
    const waiting = {} as Waiting;
    const viewTimer = setTimeout(() => {
      if (!this.#run) waiting.reject(new EngineError(NO_VIEW));
    }, view);
    const pageTimer = setTimeout(() => waiting.reject(new EngineError(NO_PAGE)), page);
    try {
      return await new Promise<PageLife>((resolve, reject) => {
        this.#waiting.add(Object.assign(waiting, { resolve, reject }));
      });
    } finally {
      this.#waiting.delete(waiting);
      clearTimeout(viewTimer);
      clearTimeout(pageTimer);
    }
  }

  /** The page is ready: the first one, or one that was loaded again, which ends the one before. */
  #start(): void {
    const run = this.#run;
    this.restart();
    const page = new PageLife((part) => run?.(`${RECEIVE}(${JSON.stringify(part)});true;`));
    this.#page = page;
    for (const { resolve } of this.#waiting) resolve(page);
  }

  #onText(text: string): void {
    let message: ToApp;
    try {
      message = decode(text) as ToApp;
    } catch (error) {
      return this.fail(String(error));
    }
    this.#page?.receive(...message);
  }
}

const NO_VIEW = 'no <GroupwiseView /> is there to run the model: render one, at the root of the app';
const NO_PAGE =
  'the page of <GroupwiseView /> does not start. It needs a web view of Chrome 97, iOS 16.4 or later that runs while the app is in the foreground';

/** The bridge of the app. */
export const bridge = new Bridge({ view: 5000, page: 30_000 });
