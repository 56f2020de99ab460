// The service worker of the site: answers from the cache, and from the network what is not in it. The build fills in the two
// constants; other contents of the files make another version, which replaces the cache of the last one.

const VERSION = 'VERSION';
const FILES = ['FILES'];
const PREFIX = `groupwise ${self.registration.scope} `;
const NAME = PREFIX + VERSION;

const fill = async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })));
  await self.skipWaiting();
};

const removeOthers = async () => {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
};

/** The file that a URL names: folders have an index. */
const fileOf = (url) => {
  const { origin, pathname } = new URL(url);
  return origin + pathname + (pathname.endsWith('/') ? 'index.html' : '');
};

const answer = async (request) => {
  const cache = await caches.open(NAME);
  return (await cache.match(fileOf(request.url))) ?? fetch(request);
};

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(removeOthers()));
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(self.registration.scope)) event.respondWith(answer(event.request));
});
